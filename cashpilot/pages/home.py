"""Where people come in: the front door, and what waits for a member of staff."""

from datetime import date, datetime, time

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cashpilot.core import access
from cashpilot.pages.problems import worklist
from participants.queries import pilots_of, pilots_where, roles_of
from participants.queries.applications import applications_of
from payments.queries import (
    accounts_to_close,
    award_funds_of,
    balances_of,
    events_that_need_a_person,
    in_no_run,
    pauses_of,
    pay_runs_of,
    waiting_for_a_person,
)
from payments.queries.destinations import recipients_sharing

MOST_EVENTS = 50
MOST_PROBLEMS = 20


@require_GET
def front_door(request):
    """Two doors: people who run or study a pilot, and people who take part."""
    return render(request, "front_door.html")


@login_required
@require_GET
def to_do(request):
    """Everything that waits for a person, oldest first, and the pilots of this member of staff."""
    pilots = [_pilot(request.user, pilot) for pilot in pilots_of(request.user)]
    items = sorted(
        (item for pilot in pilots for item in pilot["items"]), key=lambda item: item["since"]
    )
    problems = worklist(request.user, timezone.localdate())
    page = {
        "pilots": pilots,
        "items": items,
        "problems": problems[:MOST_PROBLEMS],
        "count": len(items) + len(problems),
        "section": "to_do",
        "accounts": [
            one
            for pilot in pilots_where(request.user, "erase people")
            for one in accounts_to_close(pilot)
        ],
        "events": events_that_need_a_person(request.user)[:MOST_EVENTS],
    }
    return render(request, "to_do.html", page)


def _pilot(user, pilot) -> dict:
    roles = roles_of(user, pilot)
    sees_money = access.may(roles, "see money")
    return {
        "pilot": pilot,
        "sees_money": sees_money,
        "items": [
            *(_items(user, pilot, roles) if sees_money else ()),
            *(_waiting(user, pilot) if access.may(roles, "enrol people") else ()),
        ],
        "balances": [balances_of(fund) for fund in award_funds_of(pilot)] if sees_money else [],
        "people": pilot.enrolments.filter(state="active").count(),
    }


def _items(user, pilot, roles):
    count, first = in_no_run(pilot, timezone.localdate())
    if count:
        yield {"kind": "to prepare", "count": count, "pilot": pilot, "since": _morning(first)}
    if sharing := list(recipients_sharing(pilot).values_list("observed_at", flat=True)):
        since = min(filter(None, sharing), default=timezone.now())
        yield {"kind": "shared", "count": len(sharing), "pilot": pilot, "since": since}
    for run in pay_runs_of(pilot).filter(state__in=["prepared", "previewed"]):
        yield {"kind": _kind_of(run, user, roles), "run": run, "since": run.state_changed_at}
    for pause in pauses_of([pilot]):
        yield {"kind": "paused", "run": pause.pay_run, "pause": pause, "since": pause.placed_at}
    for held in waiting_for_a_person(pilot):
        yield {"kind": "held", "disbursement": held, "since": held.state_changed_at}


def _waiting(user, pilot):
    undecided = applications_of(pilot, user, result="undecided")
    if first := undecided.first():
        count, since = undecided.count(), first.made_at
        yield {"kind": "undecided", "count": count, "pilot": pilot, "since": since}


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _kind_of(run, user, roles) -> str:
    if run.state == "prepared":
        return "to freeze"
    is_mine = run.prepared_by_id == user.pk
    may_approve = access.may(roles, "approve pay runs") and not is_mine
    return "to approve" if may_approve else "waiting for another"
