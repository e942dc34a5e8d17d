"""The few acts that span apps. Below the evaluation, so that no journey can ask it anything."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from cashpilot.core.access import Role
from cashpilot.core.models import User
from participants.models import Arm, Consent, ConsentText, Enrolment, Pilot
from participants.operations.consent import publish_text
from participants.operations.enrolment import enrol, enrol_file
from participants.operations.pilots import ArmPlan, HelpLine, give_role, set_up_pilot
from payments.operations.awards import open_fund, set_terms
from payments.operations.granting import Choice, grant_award, grant_awards
from payments.operations.ledger import receive_funding


@dataclass(frozen=True)
class CashPromise:
    """What the cash arm is promised, the most that may be promised, and what has come in so far."""

    amount_minor: int
    count: int
    first_date: date
    budget_minor: int
    received_minor: int = 0
    when_closed: str = "before"
    frequency: str = "monthly"
    lump_minor: int = 0
    may_choose: bool = False


@transaction.atomic
def set_up_whole_pilot(
    *,
    name: str,
    currency: str,
    nation: str,
    cash_arm: str,
    comparison_arm: str,
    promise: CashPromise,
    consent_text: str,
    manager: User,
    by: str,
    now: datetime,
    help_line: HelpLine | None = None,
) -> Pilot:
    """Set up a pilot with two arms, its fund, its award terms and its consent text; or nothing."""
    pilot = set_up_pilot(
        name=name,
        currency=currency,
        nation=nation,
        arms=[
            ArmPlan(code="cash", name=cash_arm, kind=Arm.Kind.CASH),
            ArmPlan(code="services", name=comparison_arm, kind=Arm.Kind.SERVICES),
        ],
        manager=manager,
        help_line=help_line,
        by=by,
        now=now,
    )
    give_role(pilot=pilot, user=manager, role=Role.PREPARER, by=by, now=now)
    fund = open_fund(pilot=pilot, name="Awards", budget_minor=promise.budget_minor, by=by, now=now)
    if promise.received_minor:
        receive_funding(
            fund=fund, amount_minor=promise.received_minor, reference="set-up", by=by, now=now
        )
    set_terms(
        arm=pilot.arms.get(code="cash"),
        fund=fund,
        amount_minor=promise.amount_minor,
        count=promise.count,
        first_date=promise.first_date,
        when_closed=promise.when_closed,
        frequency=promise.frequency,
        lump_minor=promise.lump_minor,
        may_choose=promise.may_choose,
        by=by,
        now=now,
    )
    publish_text(
        pilot=pilot,
        purpose=ConsentText.Purpose.TAKE_PART,
        body=consent_text,
        language="en",
        by=by,
        now=now,
    )
    return pilot


@transaction.atomic
def enrol_and_award(
    *,
    pilot: Pilot,
    arm: Arm,
    by: str,
    now: datetime,
    how: str = Consent.How.IN_PERSON,
    frequency: str = "",
    payday: int | None = None,
    **person: Any,
) -> Enrolment:
    """Enrol one person and, in a paid arm, promise them their instalments; or do neither.

    `frequency` and `payday` are their own choice, where the arm's terms leave one.
    """
    enrolment = enrol(pilot=pilot, arm=arm, how=how, by=by, now=now, **person)
    if enrolment.is_paid:
        choice = Choice(frequency, payday)
        grant_award(enrolment=enrolment, choice=choice, by=by, now=now)
    return enrolment


@transaction.atomic
def enrol_file_and_award(*, pilot: Pilot, raw: bytes, by: str, now: datetime) -> list[Enrolment]:
    """Enrol everybody in a file and promise the paid ones their instalments; or do nothing."""
    enrolments = enrol_file(pilot=pilot, raw=raw, by=by, now=now)
    grant_awards(enrolments=[one for one in enrolments if one.is_paid], by=by, now=now)
    return enrolments
