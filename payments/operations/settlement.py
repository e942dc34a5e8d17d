"""What became of the money: disbursement, instalment and ledger move together, or not at all."""

from datetime import date, datetime

from django.db import transaction

from cashpilot.core.calendars import working_days_of
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from participants.models import Notice
from participants.operations.notices import tell
from payments.lifecycles import DISBURSEMENT, INSTALMENT
from payments.models import Disbursement, Instalment, LedgerEntry
from payments.operations.ledger import post_movement
from payments.providers.base import Payout, Transfer
from payments.queries import LIVE, is_stopped
from payments.rules import final_moment

State, ReturnedTo = Disbursement.State, Disbursement.ReturnedTo
Account, Kind = LedgerEntry.Account, LedgerEntry.Kind
NOT_SENT_YET = (State.QUEUED, State.SUBMITTING, State.UNKNOWN)


class TooEarly(Refused):
    """The provider's news travelled faster than our own bookkeeping; it is tried again."""


@transaction.atomic
def adopt(*, disbursement: Disbursement, reference: str, by: str, now: datetime) -> None:
    """Take a transfer at the provider as this disbursement's; hearing of it again changes
    nothing.

    So is one that turns up for a payment that was given up, unless its promise is being kept by
    another one or was taken back: then money moved that only people can decide about.
    """
    row = _locked(disbursement)
    if row.provider_reference == reference:
        return
    if row.provider_reference:
        raise Refused(f"This payment has the transfer {row.provider_reference}, not {reference}.")
    if row.state == State.FAILED:
        _check_nothing_else_pays(row, reference)
    take_in(row=row, reference=reference, by=by, now=now)


@transaction.atomic
def take_in(*, row: Disbursement, reference: str, by: str, now: datetime) -> None:
    """The same for a row that this transaction has locked and that has no transfer yet."""
    DISBURSEMENT.move(
        row,
        State.SUBMITTED,
        now=now,
        by=by,
        provider_reference=reference,
        claim_token=None,
        lease_until=None,
        not_before=None,
        has_open_try=False,
        held_reason="",
        held_at=None,
        failure="",
    )
    _post(row, Kind.DISBURSEMENT, Account.FUNDS, Account.PROVIDER, reference, by=by, now=now)


@transaction.atomic
def reverse(*, disbursement: Disbursement, transfer: Transfer, by: str, now: datetime) -> int:
    """Book what was taken back into our funds; returns how many minor units that is, if it is
    part of the transfer and news to us.

    With all of it back the instalment is owed again; with a part, the payment stays as it is.
    """
    row = _locked(disbursement)
    part = transfer.reversed_minor - row.reversed_minor
    if part <= 0:
        return 0
    held_by = Account.PARTICIPANT if row.state == State.PAID else Account.PROVIDER
    about = transfer.last_reversal or transfer.reference
    Disbursement.objects.filter(pk=row.pk).update(reversed_minor=transfer.reversed_minor)
    _post(row, Kind.REVERSAL, held_by, Account.FUNDS, about, by=by, now=now, amount=part)
    if transfer.is_standing:
        AuditEvent.record(row, "disbursement.reversed in part", at=now, by=by, part_minor=part)
        return part
    _owe_again(row, by=by, now=now)
    return 0


def _owe_again(row: Disbursement, *, by: str, now: datetime) -> None:
    was_paid = row.state == State.PAID
    DISBURSEMENT.move(
        row, State.RETURNED, now=now, by=by, returned_to=ReturnedTo.FUNDS, failure="reversed"
    )
    row.pay_run.lines.filter(instalment_id=row.instalment_id).update(is_open=False)
    if was_paid:
        INSTALMENT.move(row.instalment, "planned", now=now, by=by)
    cancel_if_stopped(instalment=row.instalment, by=by, now=now)


def cancel_if_stopped(*, instalment: Instalment, by: str, now: datetime) -> None:
    """What comes back after the payments were stopped is not owed again."""
    if instalment.state == "planned" and is_stopped(instalment.award):
        INSTALMENT.move(instalment, "cancelled", now=now, by=by)


@transaction.atomic
def apply_payout(*, disbursement: Disbursement, payout: Payout, by: str, now: datetime) -> None:
    """Bring one disbursement up to what its payout says now, whatever we heard before.

    News that reach us late are judged by when the provider says it happened.
    """
    row = _locked(disbursement)
    if row.state in NOT_SENT_YET:
        raise TooEarly("We have not yet recorded sending this.")
    _APPLY[payout.status](row, payout, by=by, now=now)


def _on_its_way(row: Disbursement, payout: Payout, *, by: str, now: datetime) -> None:
    if row.state == State.SUBMITTED:
        _note_payout(row, payout.reference, payout.arrival_date)
    _note_trace(row, payout)


def _paid(row: Disbursement, payout: Payout, *, by: str, now: datetime) -> None:
    if row.state == State.PAID:
        return
    if row.returned_to == ReturnedTo.FUNDS:
        raise Refused("This transfer was taken back, and the bank says it arrived: look at both.")
    calendar = working_days_of(row.instalment.award.enrolment.pilot.nation)
    DISBURSEMENT.move(
        row,
        State.PAID,
        now=now,
        by=by,
        payout_reference=payout.reference,
        expected_on=payout.arrival_date,
        bank_trace=payout.bank_trace,
        returned_to="",
        failure="",
        final_at=final_moment(payout.changed_at or now, calendar),
    )
    _post(
        row, Kind.ARRIVAL, Account.PROVIDER, Account.PARTICIPANT, payout.reference, by=by, now=now
    )
    INSTALMENT.move(row.instalment, "settled", now=now, by=by)


def _failed(row: Disbursement, payout: Payout, *, by: str, now: datetime) -> None:
    """The bank sent it back. The money lies in the person's balance: it is never sent a second
    time."""
    if row.state == State.RETURNED or row.payout_reference not in ("", payout.reference):
        return
    was_paid = row.state == State.PAID
    if was_paid and row.final_at and (payout.changed_at or now) > row.final_at:
        raise Refused("This payment was final and the bank now says it came back.")
    DISBURSEMENT.move(
        row,
        State.RETURNED,
        now=now,
        by=by,
        returned_to=ReturnedTo.RECIPIENT,
        payout_reference=payout.reference,
        failure=payout.failure,
    )
    person = row.instalment.award.enrolment.participant
    tell(participant=person, kind=Notice.Kind.CAME_BACK, by=by, now=now)
    if was_paid:
        _post(
            row,
            Kind.RETURN,
            Account.PARTICIPANT,
            Account.PROVIDER,
            payout.reference,
            by=by,
            now=now,
        )
        INSTALMENT.move(row.instalment, "planned", now=now, by=by)


def _check_nothing_else_pays(row: Disbursement, reference: str) -> None:
    """A promise is kept once: by one living disbursement, and while it stands."""
    others = Disbursement.objects.filter(LIVE, instalment=row.instalment_id)
    if row.instalment.state != "planned" or others.exists():
        raise Refused(
            f"The transfer {reference} moved money for a payment that was given up. Take one back."
        )


def _cancelled(row: Disbursement, payout: Payout, *, by: str, now: datetime) -> None:
    if row.state == State.SUBMITTED and row.payout_reference == payout.reference:
        _note_payout(row, "", None)


_APPLY = {
    "pending": _on_its_way,
    "in_transit": _on_its_way,
    "paid": _paid,
    "failed": _failed,
    "canceled": _cancelled,
}


def _note_payout(row: Disbursement, reference: str, arrives: date | None) -> None:
    Disbursement.objects.filter(pk=row.pk).update(payout_reference=reference, expected_on=arrives)


def _note_trace(row: Disbursement, payout: Payout) -> None:
    """Banks ask for it when somebody looks for their money."""
    if payout.bank_trace:
        Disbursement.objects.filter(pk=row.pk).update(bank_trace=payout.bank_trace)


def _locked(disbursement: Disbursement) -> Disbursement:
    return (
        Disbursement.objects.select_for_update(of=("self",))
        .select_related(
            "instalment__award__enrolment__pilot",
            "instalment__award__enrolment__participant",
            "pay_run",
        )
        .get(pk=disbursement.pk)
    )


def _post(row, kind, source, target, provider_object, *, by, now, amount=None) -> None:
    """One movement; without an `amount` that of all that was not taken back."""
    post_movement(
        disbursement=row,
        kind=kind,
        from_account=source,
        to_account=target,
        amount_minor=amount or row.standing_minor,
        provider_object=provider_object,
        by=by,
        now=now,
    )
