"""What people told us and nobody has answered yet: complaints, and payments that they miss."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cashpilot.core.models import User
from participants.models import Complaint, Enrolment
from participants.queries import pilots_where
from participants.queries.complaints import is_overdue, waiting_complaints
from payments.queries import Concern, concerns_of

A_PAGE = 50


@dataclass(frozen=True)
class Problem:
    """One line of the list: what, of whom, by when, and who looks into it."""

    words: str
    url: str
    enrolment: Enrolment
    due_on: date
    is_overdue: bool
    owner: User | None = None


@login_required
@require_GET
def problems(request):
    """Everything that people told us and that waits, the most overdue first."""
    found = worklist(request.user, timezone.localdate())
    page = {
        "section": "to_do",
        "page_obj": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "problems.html", page)


def worklist(user: User, today: date) -> list[Problem]:
    """Complaints that this member of staff may look into, and payments reported missing in pilots
    whose money they see; in the order of the days by which they are answered."""
    told = [_complaint(one, today) for one in waiting_complaints(user)]
    missed = [
        _missed(one)
        for pilot in pilots_where(user, "see money")
        for one in concerns_of(pilot, today)
        if one.disbursement.missed_at
    ]
    return sorted([*told, *missed], key=lambda one: one.due_on)


def _complaint(one: Complaint, today: date) -> Problem:
    return Problem(
        words=one.get_kind_display(),
        url=reverse("problem", args=[one.public_id]),
        enrolment=one.enrolment,
        due_on=one.due_on,
        is_overdue=is_overdue(one, today),
        owner=one.owner,
    )


def _missed(one: Concern) -> Problem:
    enrolment = one.disbursement.instalment.award.enrolment
    return Problem(
        words=_("A payment has not reached them"),
        url=reverse("concerns", args=[one.disbursement.pay_run.fund.pilot.public_id]),
        enrolment=enrolment,
        due_on=one.deadline,
        is_overdue=one.is_late,
    )
