"""What staff see of people."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cashpilot.core.looks import note_looks
from cashpilot.core.models import Look
from participants.queries import called, people_in_reach, pilots_where

ACT = "see people"
A_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def people(request):
    """Everybody in the pilots whose people this member of staff may see; who looks for somebody
    posts the name, so that it stands in no address and no log."""
    words = " ".join(request.POST.get("who", "").split())
    groups = [
        {"pilot": pilot, "page_obj": _people(request, pilot, words)}
        for pilot in pilots_where(request.user, ACT)
    ]
    shown = [one.participant.public_id for group in groups for one in group["page_obj"]]
    who = {"by": request.user.public_id, "now": timezone.now()}
    note_looks(people=shown, page=Look.Page.PEOPLE, **who)
    page = {"groups": groups, "who": words, "section": "participants"}
    return render(request, "participants/people.html", page)


def _people(request, pilot, words: str):
    people = people_in_reach(request.user, pilot, ACT)
    found = called(people, words) if words else people
    return Paginator(found, A_PAGE).get_page(request.GET.get("page"))
