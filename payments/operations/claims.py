"""Making up for a benefit that was lost because of the cash: never an award, always two people."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.money import in_words, positive
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from participants.models import Enrolment, Pilot
from participants.operations.designs import amend
from participants.queries.designs import plan_of
from participants.rules import check_length
from payments.lifecycles import CLAIM
from payments.models import Claim, Fund, LedgerEntry
from payments.operations.awards import open_fund
from payments.operations.ledger import receive_funding
from payments.queries import balances_of, claims_fund_of

LOST_BENEFITS = "Money was set aside for lost benefits"
Account, Kind = LedgerEntry.Account, LedgerEntry.Kind


@transaction.atomic
def open_claims_fund(
    *, pilot: Pilot, budget_minor: int, received_minor: int, by: str, now: datetime
) -> Fund:
    """Set money aside for lost benefits, apart from the awards; once a pilot."""
    Pilot.objects.select_for_update().get(pk=pilot.pk)
    if claims_fund_of(pilot):
        raise Refused("This pilot has such a fund already.")
    fund = open_fund(
        pilot=pilot,
        name=str(Fund.Purpose.CLAIMS.label),
        budget_minor=budget_minor,
        purpose=Fund.Purpose.CLAIMS,
        by=by,
        now=now,
    )
    if pilot.state == Pilot.State.LAUNCHED:
        plan = plan_of(pilot)
        line = {"name": fund.name, "purpose": str(fund.purpose), "budget_minor": budget_minor}
        plan["budget"].append(line)
        amend(pilot=pilot, plan=plan, reason=LOST_BENEFITS, by=by, now=now)
    if received_minor:
        receive_funding(fund=fund, amount_minor=received_minor, reference="set-up", by=by, now=now)
    return fund


@transaction.atomic
def propose_claim(
    *,
    enrolment: Enrolment,
    programme: str,
    amount_minor: int,
    lost_from: date,
    reason: str,
    person: User,
    by: str,
    now: datetime,
) -> Claim:
    """Say what somebody lost, since when and why. Nothing moves until another person agrees."""
    if not enrolment.is_paid:
        raise Refused("This person was promised no cash, so they lost nothing because of it.")
    fund = claims_fund_of(enrolment.pilot)
    if fund is None:
        raise Refused("No money is set aside for lost benefits. A manager has to open that fund.")
    programme = check_length(programme, field="programme")
    reason = check_length(reason, field="reason")
    for field, text in (("programme", programme), ("reason", reason)):
        if not text:
            raise Invalid("This is empty. It is needed.", field=field)
    if lost_from > timezone.localdate(now):
        raise Invalid("This day is still to come.", field="lost_from")
    claim = Claim.objects.create(
        fund=fund,
        enrolment=enrolment,
        programme=programme,
        amount_minor=positive(amount_minor, field="amount_minor"),
        lost_from=lost_from,
        reason=reason,
        proposed_by=person,
        proposed_at=now,
        state_changed_at=now,
    )
    AuditEvent.record(claim, "claim.proposed", at=now, by=by, amount_minor=amount_minor)
    return claim


@transaction.atomic
def decide_claim(*, claim: Claim, agrees: bool, person: User, by: str, now: datetime) -> None:
    """The second pair of eyes. Agreed is not paid: the books wait until it was."""
    Fund.objects.select_for_update().get(pk=claim.fund_id)
    if claim.proposed_by_id == person.pk:
        raise NotAllowed("You proposed this. Someone else has to decide.")
    if agrees:
        _check_money(claim)
    state = Claim.State.AGREED if agrees else Claim.State.DECLINED
    CLAIM.move(claim, state, decided_by=person, now=now, by=by)


@transaction.atomic
def note_claim_paid(*, claim: Claim, reference: str, by: str, now: datetime) -> LedgerEntry:
    """It was paid by hand, under this reference of the bank: the fund's books take it in, once."""
    reference = check_length(reference, field="reference")
    if not reference:
        raise Invalid("Write the bank's reference of this payment.", field="reference")
    CLAIM.move(claim, Claim.State.PAID, reference=reference, now=now, by=by)
    return LedgerEntry.objects.create(
        fund=claim.fund,
        kind=Kind.CLAIM,
        from_account=Account.FUNDS,
        to_account=Account.CLAIMS,
        amount_minor=claim.amount_minor,
        currency=claim.fund.currency,
        provider_object=claim.public_id,
        posted_at=now,
    )


def _check_money(claim: Claim) -> None:
    waiting = claim.fund.claims.filter(state=Claim.State.AGREED)
    spoken_for = sum(one.amount_minor for one in waiting)
    left = balances_of(claim.fund)[Account.FUNDS] - spoken_for
    if claim.amount_minor > left:
        raise Refused(f"Only {in_words(left, claim.fund.currency)} is left in this fund.")
