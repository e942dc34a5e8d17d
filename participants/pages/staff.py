"""What staff see of people."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cashpilot.core import access
from participants.queries import matching, people_in_reach, pilots_of, roles_of

A_PAGE = 50


@login_required
@require_GET
def people(request):
    """Everybody in the pilots whose people this member of staff may see."""
    mine = [
        pilot
        for pilot in pilots_of(request.user)
        if access.may(roles_of(request.user, pilot), "see people")
    ]
    groups = [
        {
            "pilot": pilot,
            "page_obj": Paginator(_people(request, pilot), A_PAGE).get_page(
                request.GET.get("page")
            ),
        }
        for pilot in mine
    ]
    page = {"groups": groups, "section": "participants", "q": request.GET.get("q", "")}
    return render(request, "participants/people.html", page)


def _people(request, pilot):
    people = people_in_reach(request.user, pilot, "see people")
    return matching(people, q=request.GET.get("q", "").strip())
