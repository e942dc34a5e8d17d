"""Promising money."""

from datetime import date, datetime, timedelta

from django.db import transaction

from cashpilot.core.calendars import working_days_of
from cashpilot.core.models import AuditEvent
from cashpilot.core.money import in_words, positive
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Arm, Enrolment, Pilot
from payments.models import Award, AwardTerms, Fund, Instalment, Recipient
from payments.queries import promised_minor
from payments.rules import monthly_dates

LONGEST_AWARD = 120
FURTHEST = timedelta(days=3_653)


class NotPaid(Refused):
    """This person's arm gives no cash: there is nothing to promise."""

    code = "not-paid"


class OverBudget(Refused):
    """The fund cannot keep one more promise."""

    code = "over-budget"


@transaction.atomic
def open_fund(*, pilot: Pilot, name: str, budget_minor: int, by: str, now: datetime) -> Fund:
    """Set money aside in the pilot's currency: the most that may ever be promised from it."""
    fund = Fund.objects.create(
        pilot=pilot,
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
    when_closed: str = AwardTerms.WhenClosed.BEFORE,
) -> AwardTerms:
    """Say what everybody in a cash arm is promised: `count` monthly sums from `first_date`."""
    if not arm.is_paid:
        raise NotPaid(f"People in “{arm.name}” are not paid: only a cash arm has award terms.")
    if fund.pilot_id != arm.pilot_id:
        raise Invalid("This fund belongs to another pilot.", field="fund")
    if not 1 <= count <= LONGEST_AWARD:
        raise Invalid(f"The number of payments must be from 1 to {LONGEST_AWARD}.", field="count")
    if abs(first_date - now.date()) > FURTHEST:
        raise Invalid("The first payment is more than ten years away.", field="first_date")
    terms = AwardTerms.objects.create(
        arm=arm,
        pilot=arm.pilot,
        fund=fund,
        amount_minor=positive(amount_minor),
        count=count,
        first_date=first_date,
        when_closed=AwardTerms.WhenClosed(when_closed),
    )
    AuditEvent.record(arm.pilot, "award terms.set", at=now, by=by, arm=arm.code, count=count)
    return terms


@transaction.atomic
def grant_award(*, enrolment: Enrolment, by: str, now: datetime) -> Award:
    """Promise one person their instalments; from here on they depend on nothing but the calendar.

    The promise is made only if the fund can keep it, counted under the fund's lock.
    """
    terms = _terms_for(enrolment)
    fund = Fund.objects.select_for_update().get(pk=terms.fund_id)
    _check_budget(fund, terms)
    award = Award.objects.create(
        enrolment=enrolment, fund=fund, currency=fund.currency, granted_at=now
    )
    Instalment.objects.bulk_create(
        Instalment(
            award=award,
            number=number,
            due_date=day,
            amount_minor=terms.amount_minor,
            state_changed_at=now,
        )
        for number, day in enumerate(_dates(enrolment, terms), start=1)
    )
    Recipient.objects.create(enrolment=enrolment)
    AuditEvent.record(award, "award.granted", at=now, by=by, instalments=terms.count)
    return award


def _terms_for(enrolment: Enrolment) -> AwardTerms:
    if not enrolment.is_paid:
        raise NotPaid("People in a comparison arm are never paid an award.")
    terms = AwardTerms.objects.filter(arm_id=enrolment.arm_id).first()
    if terms is None:
        raise Refused(f"The arm “{enrolment.arm.name}” has no award terms yet. Set them first.")
    return terms


def _check_budget(fund: Fund, terms: AwardTerms) -> None:
    after = promised_minor(fund) + terms.amount_minor * terms.count
    if after > fund.budget_minor:
        missing = in_words(after - fund.budget_minor, fund.currency)
        raise OverBudget(
            f"The budget of “{fund.name}” is {missing} too small for one more award. "
            "Nobody was added; raise the budget first."
        )


def _dates(enrolment: Enrolment, terms: AwardTerms) -> list[date]:
    return monthly_dates(
        terms.first_date,
        terms.count,
        is_working_day=working_days_of(enrolment.pilot.nation),
        when_closed=terms.when_closed,
        not_before=enrolment.enrolled_on,
    )
