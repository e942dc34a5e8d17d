"""Writing down money that moved. An entry is never changed; a mistake gets an entry of its own."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.money import positive
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from payments.models import Correction, Disbursement, Fund, LedgerEntry

Account, Kind = LedgerEntry.Account, LedgerEntry.Kind


@transaction.atomic
def receive_funding(
    *, fund: Fund, amount_minor: int, reference: str, by: str, now: datetime
) -> LedgerEntry:
    """Record that the funder's money has come in."""
    sides = (Kind.FUNDING, Account.FUNDER, Account.FUNDS)
    entry = _post_beside_payments(fund, sides, amount_minor, reference, now)
    AuditEvent.record(fund, "fund.received", at=now, by=by, amount_minor=amount_minor)
    return entry


@transaction.atomic
def record_fee(
    *, fund: Fund, amount_minor: int, reference: str, by: str, now: datetime
) -> LedgerEntry:
    """Record what the provider charged for moving the fund's money."""
    sides = (Kind.FEE, Account.FUNDS, Account.PROVIDER_FEES)
    entry = _post_beside_payments(fund, sides, amount_minor, reference, now)
    AuditEvent.record(fund, "fund.fee", at=now, by=by, amount_minor=amount_minor)
    return entry


@transaction.atomic
def propose_correction(
    *, entry: LedgerEntry, reason: str, person: User, by: str, now: datetime
) -> Correction:
    """Say that an entry is wrong, and why. Nothing moves until another person agrees.

    What a payment's own movements say is mended by moving the payment, never here.
    """
    if entry.disbursement_id or entry.kind == Kind.CORRECTION:
        raise Refused("This entry follows a payment. Mend the payment, and the books follow.")
    if not reason.strip():
        raise Invalid("Say why this entry is wrong.", field="reason")
    if Correction.objects.filter(entry=entry).exists():
        raise Refused("A correction of this entry has been proposed already.")
    made = Correction.objects.create(
        entry=entry, reason=reason.strip()[:200], proposed_by=person, proposed_at=now
    )
    AuditEvent.record(entry.fund, "correction.proposed", at=now, by=by, entry=entry.pk)
    return made


@transaction.atomic
def agree_to_correction(
    *, correction: Correction, person: User, by: str, now: datetime
) -> LedgerEntry:
    """The second pair of eyes: the entry is made undone by one the other way round."""
    row = Correction.objects.select_for_update().select_related("entry__fund").get(pk=correction.pk)
    if row.agreed_by_id:
        raise Refused("This correction is in the books already.")
    if row.proposed_by_id == person.pk:
        raise NotAllowed("You proposed this correction. Someone else has to agree.")
    row.agreed_by, row.agreed_at = person, now
    row.save(update_fields=["agreed_by", "agreed_at"])
    wrong = row.entry
    sides = (Kind.CORRECTION, wrong.to_account, wrong.from_account)
    reference = f"entry {wrong.pk}"
    entry = _post_beside_payments(wrong.fund, sides, wrong.amount_minor, reference, now)
    AuditEvent.record(wrong.fund, "correction.agreed", at=now, by=by, entry=wrong.pk)
    return entry


def post_movement(
    *,
    disbursement: Disbursement,
    kind: str,
    from_account: str,
    to_account: str,
    amount_minor: int,
    provider_object: str,
    by: str,
    now: datetime,
) -> LedgerEntry:
    """Record one movement of one disbursement; the same movement twice is refused by the database.

    Called inside the transaction that moves the disbursement, whose audit line says by whom.
    """
    return LedgerEntry.objects.create(
        fund_id=disbursement.pay_run.fund_id,
        disbursement=disbursement,
        kind=kind,
        from_account=from_account,
        to_account=to_account,
        amount_minor=amount_minor,
        currency=disbursement.currency,
        provider_object=provider_object,
        posted_at=now,
    )


def _post_beside_payments(
    fund: Fund, sides: tuple[str, str, str], amount_minor: int, reference: str, now: datetime
) -> LedgerEntry:
    """One entry that follows no payment; `sides` are its kind, and from and to which account."""
    kind, source, target = sides
    return LedgerEntry.objects.create(
        fund=fund,
        kind=kind,
        from_account=source,
        to_account=target,
        amount_minor=positive(amount_minor),
        currency=fund.currency,
        provider_object=reference,
        posted_at=now,
    )
