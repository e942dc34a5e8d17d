"""Queueing disbursements, and what people may do about one that waits."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from payments.lifecycles import DISBURSEMENT
from payments.models import Disbursement, PayRun
from payments.operations.recipients import observe
from payments.providers import get_provider
from payments.providers.base import Order, Provider, Unreachable
from payments.queries import line_of, recipient_of, waiting_for_a_person
from payments.rules import idempotency_key, line_hash

State, Held = Disbursement.State, Disbursement.Held


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


def release_waiting(*, provider: Provider, by: str, now: datetime) -> int:
    """Let go of what waited for money or for payment details, once these are there."""
    left: dict[str, int] = {}
    released = 0
    for one in waiting_for_a_person().filter(held_reason__in=[Held.FUNDS, Held.RECIPIENT]):
        with suppress(Unreachable, Refused):
            if _is_there(one, left, provider=provider, by=by, now=now):
                release(disbursement=one, by=by, now=now)
                released += 1
    return released


def _is_there(
    one: Disbursement, left: dict[str, int], *, provider: Provider, by: str, now: datetime
) -> bool:
    """Whether what it waited for is there, as the provider says now; each penny counts once."""
    if one.held_reason == Held.RECIPIENT:
        recipient = observe(recipient=recipient_of(one), provider=provider, by=by, now=now)
        return recipient.status == "ready"
    if one.currency not in left:
        left[one.currency] = provider.float_available(one.currency)
    left[one.currency] -= one.amount_minor
    return left[one.currency] >= 0


@transaction.atomic
def release(*, disbursement: Disbursement, by: str, now: datetime) -> None:
    """Take a hold off: the disbursement goes on under the same rules as any other.

    What is taken off is the hold that was seen. Whoever takes off a review after a server error
    has looked at the provider's own books: only then may a dead key be replaced.
    """
    was = disbursement.held_reason
    held = Disbursement.objects.filter(
        pk=disbursement.pk, state__in=[State.QUEUED, State.UNKNOWN], held_reason=was
    )
    looked = {"saw_server_error": False} if was == Held.REVIEW else {}
    if not was or not held.update(held_reason="", not_before=None, **looked):
        raise Refused("This payment is not waiting for anybody.")
    AuditEvent.record(
        disbursement, "disbursement.released", at=now, by=by, was=disbursement.held_reason
    )


@transaction.atomic
def withdraw(*, disbursement: Disbursement, by: str, now: datetime) -> None:
    """Give up one that was certainly not sent; its instalment is owed again."""
    one = Disbursement.objects.select_for_update().get(pk=disbursement.pk)
    if one.state != State.QUEUED or one.has_open_try:
        raise Refused("This payment may have been sent, so it cannot be withdrawn.")
    DISBURSEMENT.move(one, State.FAILED, now=now, by=by, failure="withdrawn", held_reason="")
    one.pay_run.lines.filter(instalment_id=one.instalment_id).update(is_open=False)
