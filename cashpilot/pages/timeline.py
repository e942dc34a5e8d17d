"""Everything that happened to one person, newest first: for staff, and in plain words for them."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from cashpilot.core import access
from cashpilot.core.happenings import Happening
from cashpilot.core.models import User
from cashpilot.core.refusals import Invalid
from cashpilot.pages.study import survey_happenings
from participants.models import Complaint, Enrolment
from participants.pages.own import frame, mine
from participants.queries import enrolment_for, roles_of
from participants.queries.complaints import complaints_of
from participants.queries.staff import names_of
from participants.queries.timeline import happenings_of, restricted_happenings_of
from payments.queries.timeline import money_happenings_of

A_PAGE = 50
KINDS = {
    "enrolment": gettext_lazy("Taking part"),
    "consent": gettext_lazy("What they agreed to"),
    "award": gettext_lazy("What was promised"),
    "payment": gettext_lazy("Payments"),
    "contact": gettext_lazy("Contact and messages"),
    "life": gettext_lazy("Life events"),
    "problem": gettext_lazy("Problems and complaints"),
    "note": gettext_lazy("Notes"),
}
BY_ROLE = {
    "survey": ("record answers", gettext_lazy("Surveys answered")),
    "restricted": ("safeguard people", gettext_lazy("Restricted notes")),
}


@login_required
@require_GET
def timeline(request, public_id):
    """One page of a person's timeline, of one kind if asked."""
    enrolment = enrolment_for(request.user, public_id, "see people")
    kind = request.GET.get("kind", "")
    found = Paginator(timeline_for(request.user, enrolment, kind), A_PAGE)
    page_obj = found.get_page(request.GET.get("page"))
    page = {
        "section": "participants",
        "pilot_name": enrolment.pilot.name,
        "enrolment": enrolment,
        "kinds": kinds_for(request.user, enrolment),
        "kind": kind,
        "page_obj": page_obj,
        "events": shown_to_staff(page_obj.object_list),
    }
    return render(request, "timeline.html", page)


@require_GET
def my_timeline(request, public_id):
    """A person's own timeline, in plain words."""
    enrolment = mine(request, public_id)
    page_obj = Paginator(own_timeline(enrolment), A_PAGE).get_page(request.GET.get("page"))
    page = {
        "enrolment": enrolment,
        "page_obj": page_obj,
        "events": [shown_to_the_person(one) for one in page_obj.object_list],
    }
    return render(request, "my_timeline.html", frame(enrolment.pilot) | page)


def kinds_for(user: User, enrolment: Enrolment) -> dict:
    """The kinds of events that this member of staff may see; others are as if they were none."""
    roles = roles_of(user, enrolment.pilot)
    more = {kind: words for kind, (act, words) in BY_ROLE.items() if access.may(roles, act)}
    return KINDS | more


def timeline_for(user: User, enrolment: Enrolment, kind: str = "") -> list[Happening]:
    """All that a member of staff may know of a person, newest first, of one kind if asked."""
    kinds = kinds_for(user, enrolment)
    if kind and kind not in kinds:
        raise Invalid(f"Choose one of these kinds: {', '.join(kinds)}.", field="kind")
    found = [*happenings_of(enrolment, complaints_of(user, enrolment))]
    found += money_happenings_of(enrolment)
    found += survey_happenings(enrolment) if "survey" in kinds else []
    found += restricted_happenings_of(enrolment) if "restricted" in kinds else []
    return _newest_first(one for one in found if not kind or one.kind == kind)


def own_timeline(enrolment: Enrolment) -> list[Happening]:
    """All that a person is told of themselves, newest first."""
    told = Complaint.objects.filter(enrolment=enrolment)
    found = [*happenings_of(enrolment, told), *money_happenings_of(enrolment)]
    found += survey_happenings(enrolment)
    return _newest_first(one for one in found if one.own)


def shown_to_staff(happenings: Iterable[Happening]) -> list[dict]:
    """Lines with the names of those who did it, found in one query."""
    found = list(happenings)
    names = names_of(one.by for one in found)
    return [
        {
            "kind": one.kind,
            "what": str(one.what),
            "who": names.get(one.by) or (_("the person") if one.by == "participant" else one.by),
            "at": one.at,
            "words": one.why,
        }
        for one in found
    ]


def shown_to_the_person(one: Happening) -> dict:
    """A line in plain words; staff are not named."""
    who = _("you") if one.by == "participant" else _("us")
    return {
        "kind": one.kind,
        "what": str(one.own),
        "who": who,
        "at": one.at,
        "words": one.own_words,
    }


def _newest_first(happenings: Iterable[Happening]) -> list[Happening]:
    return sorted(happenings, key=lambda one: one.at)[::-1]
