"""Queueing disbursements, each with its order as approval froze it."""

from datetime import datetime

from cashpilot.core.models import AuditEvent
from payments.models import Disbursement, Instalment, PayRun
from payments.providers import get_provider
from payments.providers.base import Order
from payments.queries import lines_as_prepared
from payments.rules import idempotency_key, line_hash


def queue(*, run: PayRun, by: str, now: datetime) -> list[Disbursement]:
    """Queue one disbursement for each line of an approved run, with its order frozen.

    Called inside the transaction that approves; the database refuses a second live one.
    """
    provider, lines = get_provider(), lines_as_prepared(run)
    instalments = Instalment.objects.in_bulk(lines)
    queued = [
        Disbursement(
            instalment=instalments[instalment_id],
            pay_run=run,
            amount_minor=line.amount_minor,
            currency=line.currency,
            destination=line.destination,
            order_hash=line_hash(line),
            state_changed_at=now,
        )
        for instalment_id, line in lines.items()
    ]
    for one in queued:
        one.idempotency_key = idempotency_key(one.public_id, one.key_number)
        one.request_body = provider.request_body(order_of(one))
    Disbursement.objects.bulk_create(queued)
    AuditEvent.record_each(queued, "disbursement.queued", at=now, by=by, run=run.public_id)
    return queued


def order_of(disbursement: Disbursement) -> Order:
    """The order as approval froze it."""
    return Order(
        disbursement=disbursement.public_id,
        instalment=disbursement.instalment.public_id,
        pay_run=disbursement.pay_run.public_id,
        amount_minor=disbursement.amount_minor,
        currency=disbursement.currency,
        destination=disbursement.destination,
        key=disbursement.idempotency_key,
    )
