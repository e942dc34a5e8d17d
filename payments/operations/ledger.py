"""Writing down money that moved. An entry is never changed; a mistake gets an entry of its own."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.money import positive
from payments.models import Disbursement, Fund, LedgerEntry

Account, Kind = LedgerEntry.Account, LedgerEntry.Kind


@transaction.atomic
def receive_funding(
    *, fund: Fund, amount_minor: int, reference: str, by: str, now: datetime
) -> LedgerEntry:
    """Record that the funder's money has come in."""
    entry = LedgerEntry.objects.create(
        fund=fund,
        kind=Kind.FUNDING,
        from_account=Account.FUNDER,
        to_account=Account.FUNDS,
        amount_minor=positive(amount_minor),
        currency=fund.currency,
        provider_object=reference,
        posted_at=now,
    )
    AuditEvent.record(fund, "fund.received", at=now, by=by, amount_minor=amount_minor)
    return entry


def post_movement(
    *,
    disbursement: Disbursement,
    kind: str,
    from_account: str,
    to_account: str,
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
        amount_minor=disbursement.amount_minor,
        currency=disbursement.currency,
        provider_object=provider_object,
        posted_at=now,
    )
