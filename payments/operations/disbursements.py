"""Queueing disbursements, each with its order as approval froze it."""

from datetime import datetime

from cashpilot.core.models import AuditEvent
from payments.models import Disbursement, PayRun
from payments.providers import get_provider
from payments.providers.base import Order
from payments.queries import line_of
from payments.rules import idempotency_key, line_hash


def queue(*, run: PayRun, by: str, now: datetime) -> list[Disbursement]:
    """Queue one disbursement for each line of an approved run, with its order frozen.

    Called inside the transaction that approves; the database refuses a second live one.
    """
    provider = get_provider()
    lines = run.lines.select_related("instalment__award__enrolment").order_by("due_date", "pk")
    queued = [
        Disbursement(
            instalment=line.instalment,
            pay_run=run,
            amount_minor=line.amount_minor,
            currency=run.fund.currency,
            destination=line.destination,
            order_hash=line_hash(line_of(line.instalment, line.destination)),
            state_changed_at=now,
        )
        for line in lines
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
        pay_run=disbursement.pay_run.public_id,
        amount_minor=disbursement.amount_minor,
        currency=disbursement.currency,
        destination=disbursement.destination,
        key=disbursement.idempotency_key,
    )
