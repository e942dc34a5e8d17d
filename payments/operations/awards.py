"""Setting money aside, and saying what an arm is promised."""

from datetime import date, datetime, timedelta

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.money import in_words, positive
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Arm, Pilot
from participants.operations.designs import amend
from participants.queries.designs import plan_of
from payments.models import AwardTerms, Frequency, Fund, WhenClosed
from payments.queries import as_planned, promised_minor, terms_of

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
    is_in_design: bool = False,
) -> AwardTerms:
    """Say what everybody in a cash arm is promised from now on: a lump sum, if any, and `count`
    sums.

    Terms are never changed: where the arm has some, these are its next version and need a reason,
    and awards made from the earlier ones keep them. The pilot's design is amended to say the same,
    unless it does already.
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
    if not is_in_design:
        _amend_design(terms, by=by, now=now)
    return terms


@transaction.atomic
def change_budget(*, fund: Fund, budget_minor: int, by: str, now: datetime) -> None:
    """Change the most that may be promised from a fund; never below what is promised already."""
    fund = Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    promised = promised_minor(fund)
    if positive(budget_minor, field="budget") < promised:
        said = in_words(promised, fund.currency)
        raise Invalid(f"{said} is promised from “{fund.name}” already.", field="budget")
    was, fund.budget_minor = fund.budget_minor, budget_minor
    fund.save(update_fields=["budget_minor"])
    AuditEvent.record(
        fund, "fund.budget changed", at=now, by=by, was_minor=was, budget_minor=budget_minor
    )


def _amend_design(terms: AwardTerms, *, by: str, now: datetime) -> None:
    pilot = terms.pilot
    plan = plan_of(pilot)
    arm = next(one for one in plan["arms"] if one["code"] == terms.arm.code)
    if arm["award"] != as_planned(terms):
        arm["award"] = as_planned(terms)
        amend(pilot=pilot, plan=plan, reason=terms.reason, by=by, now=now)


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
