"""People who may have come in twice, side by side: a person says whether they are one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cashpilot import intake_journeys
from cashpilot.core.refusals import Refused
from participants.models import Enrolment, Pair
from participants.operations.pairs import say_different, search
from participants.queries import pilot_for
from participants.queries.pairs import in_words, open_pairs, pair_for

A_PAGE = 20
ACT = "enrol people"


@login_required
@require_GET
def pairs(request, pilot_id):
    """The pairs that wait for a person, most alike first."""
    pilot = pilot_for(request.user, pilot_id, ACT)
    page_obj = Paginator(open_pairs(pilot, request.user), A_PAGE).get_page(request.GET.get("page"))
    page = {
        "pilot": pilot,
        "page_obj": page_obj,
        "pairs": [_shown(pair) for pair in page_obj],
        "section": "participants",
    }
    return render(request, "pairs.html", page)


@login_required
@require_POST
def search_anew(request, pilot_id):
    """Hold everybody in the pilot against everybody, now."""
    pilot = pilot_for(request.user, pilot_id, ACT)
    found = search(pilot=pilot, anew=True, **_who_and_when(request))
    messages.success(request, _("Looked through. New pairs: %(n)d.") % {"n": found})
    return redirect("pairs", pilot_id=pilot_id)


@login_required
@require_POST
def decide(request, public_id):
    """They are two people, or one of whom one enrolment stays."""
    pair = pair_for(request.user, public_id, ACT)
    try:
        _decide(request, pair)
        messages.success(request, _("Kept. This pair is not shown again."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("pairs", pilot_id=pair.pilot.public_id)


def _decide(request, pair: Pair) -> None:
    said = request.POST.get("said", "")
    if said == "different":
        say_different(pair=pair, **_who_and_when(request))
    else:
        intake_journeys.link_the_same_person(pair=pair, kept=said, **_who_and_when(request))


def _shown(pair: Pair) -> dict:
    return {
        "pair": pair,
        "mine": _side(pair.first),
        "theirs": _side(pair.second),
        "why": in_words(pair.reasons),
    }


def _side(enrolment: Enrolment) -> dict:
    person = enrolment.participant
    return {
        "code": enrolment.code,
        "name": person.name,
        "date_of_birth": person.date_of_birth and person.date_of_birth.isoformat(),
        "email": person.email,
        "phone": person.phone,
    }


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
