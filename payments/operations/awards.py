"""Setting money aside, and saying what an arm is promised."""

from datetime import date, datetime, timedelta

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.money import in_words, positive
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Arm, Pilot
from payments.models import AwardTerms, Frequency, Fund, WhenClosed
from payments.queries import promised_minor, terms_of

LONGEST_AWARD = 520
FURTHEST = timedelta(days=3_653)


class NotPaid(Refused):
    """This person's arm gives no cash: there is nothing to promise."""

    code = "not-paid"


@transaction.atomic
def open_fund(
    *,
    pilot: Pilot,
    name: str,
    budget_minor: int,
    by: str,
    now: datetime,
    purpose: str = Fund.Purpose.AWARDS,
) -> Fund:
    """Set money aside in the pilot's currency: the most that may ever be promised from it."""
    fund = Fund.objects.create(
        pilot=pilot,
        purpose=purpose,
        name=name,
        currency=pilot.currency,
        budget_minor=positive(budget_minor, field="budget"),
    )
    AuditEvent.record(fund, "fund.opened", at=now, by=by, budget_minor=budget_minor)
    return fund


@transaction.atomic
def change_budget(*, fund: Fund, budget_minor: int, reason: str, by: str, now: datetime) -> Fund:
    """Let more, or less, be promised from a fund; never less than it has promised already."""
    fund = Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    budget, was = positive(budget_minor, field="budget_minor"), fund.budget_minor
    if not reason.strip():
        raise Invalid("Say why.", field="reason")
    if budget < was and (short := promised_minor(fund) - budget) > 0:
        raise Invalid(
            f"{in_words(short, fund.currency)} more than that is promised already.",
            field="budget_minor",
        )
    fund.budget_minor = budget
    fund.save(update_fields=["budget_minor"])
    changed = {"was_minor": was, "budget_minor": budget, "reason": reason.strip()[:200]}
    AuditEvent.record(fund, "fund.budget changed", at=now, by=by, **changed)
    return fund


@transaction.atomic
def set_terms(
    *,
    arm: Arm,
    fund: Fund,
    amount_minor: int,
    count: int,
    first_date: date,
    by: str,
    now: datetime,
    frequency: str = Frequency.MONTHLY,
    lump_minor: int = 0,
    may_choose: bool = False,
    when_closed: str = WhenClosed.BEFORE,
    reason: str = "",
) -> AwardTerms:
    """Say what everybody in a cash arm is promised from now on: a lump sum, if any, and `count`
    sums.

    Terms are never changed: where the arm has some, these are its next version and need a reason,
    and awards made from the earlier ones keep them.
    """
    _check_terms(arm, fund, count, first_date, now)
    before = terms_of(arm)
    if before and not reason.strip():
        raise Invalid("Say why the terms change; awards made so far keep theirs.", field="reason")
    terms = AwardTerms.objects.create(
        arm=arm,
        pilot=arm.pilot,
        fund=fund,
        version=before.version + 1 if before else 1,
        reason=reason.strip()[:200],
        amount_minor=positive(amount_minor),
        count=1 if frequency == Frequency.ONCE else count,
        lump_minor=_lump(lump_minor),
        frequency=Frequency(frequency),
        may_choose=may_choose,
        first_date=first_date,
        when_closed=WhenClosed(when_closed),
    )
    AuditEvent.record(
        arm.pilot, "award terms.set", at=now, by=by, arm=arm.code, version=terms.version
    )
    return terms


def _check_terms(arm: Arm, fund: Fund, count: int, first_date: date, now: datetime) -> None:
    if not arm.is_paid:
        raise NotPaid(f"People in “{arm.name}” are not paid: only a cash arm has award terms.")
    if fund.pilot_id != arm.pilot_id:
        raise Invalid("This fund belongs to another pilot.", field="fund")
    if not 1 <= count <= LONGEST_AWARD:
        raise Invalid(f"The number of payments must be from 1 to {LONGEST_AWARD}.", field="count")
    if abs(first_date - now.date()) > FURTHEST:
        raise Invalid("The first payment is more than ten years away.", field="first_date")


def _lump(lump_minor: int) -> int:
    return positive(lump_minor, field="lump_minor") if lump_minor else 0
