"""Disbursements that wait: let go when what they waited for is there, or when people say so."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import NotAllowed, Refused
from payments.lifecycles import DISBURSEMENT
from payments.models import Clearance, Disbursement
from payments.operations import pausing
from payments.operations.disbursements import order_of
from payments.operations.recipients import observe
from payments.operations.settlement import cancel_if_stopped
from payments.providers.base import Provider, Unreachable
from payments.queries import recipient_of, waiting_for_a_person
from payments.rules import KEY_IS_DEAD_AFTER

State, Held, Act = Disbursement.State, Disbursement.Held, Clearance.Act
NEXT_LOOK = timedelta(minutes=10)
TWO = 2


def release_waiting(*, provider: Provider, by: str, now: datetime) -> int:
    """Let go of what waited for money or for payment details, once these are there."""
    released = 0
    with suppress(Unreachable):
        released += pausing.look_again(provider=provider, by=by, now=now)
    for one in _waiting_for_details():
        with suppress(Unreachable, Refused):
            released += _look_at_details(one, provider=provider, by=by, now=now)
    return released


@transaction.atomic
def release(
    *, disbursement: Disbursement, by: str, now: datetime, person: User | None = None
) -> None:
    """Take a hold off: the disbursement goes on under the same rules as any other.

    What is taken off is the hold that was seen. After a server error the provider may still carry
    out the old order, so it takes the word of two people who looked at its books.
    """
    was = disbursement.held_reason
    row = Disbursement.objects.select_for_update().get(pk=disbursement.pk)
    if not was or row.held_reason != was or row.state not in (State.QUEUED, State.UNKNOWN):
        raise Refused("This payment is not waiting for anybody.")
    needs_two = row.saw_server_error and row.has_open_try and was == Held.REVIEW
    if needs_two and not _enough(row, Act.RELEASE, person, by=by, now=now):
        return
    Disbursement.objects.filter(pk=row.pk).update(
        held_reason="",
        held_at=None,
        not_before=None,
        saw_server_error=row.saw_server_error and not needs_two,
    )
    AuditEvent.record(row, "disbursement.released", at=now, by=by, was=was)


@transaction.atomic
def withdraw(*, disbursement: Disbursement, by: str, now: datetime) -> None:
    """Give up one that was certainly not sent; its instalment is owed again."""
    one = Disbursement.objects.select_for_update().get(pk=disbursement.pk)
    if one.state != State.QUEUED or one.has_open_try:
        raise Refused("This payment may have been sent, so it cannot be withdrawn.")
    _give_up(one, by=by, now=now)


def give_up(
    *, disbursement: Disbursement, provider: Provider, person: User, by: str, now: datetime
) -> None:
    """Give up one whose outcome was not known, once absence is proved and two people agree.

    1. Its key is dead, so that nothing asked under it can still be carried out by repeating it.
    2. The provider's books show no transfer and no event of it, read now.
    3. Two different people say so.
    """
    if not _is_dead(disbursement):
        raise Refused("The provider may still honour this payment's key. Wait until it is dead.")
    if provider.find(order_of(disbursement)) or _is_mentioned(disbursement, provider):
        raise Refused("The provider knows of this payment, so it cannot be given up.")
    with transaction.atomic(durable=True):
        one = Disbursement.objects.select_for_update().get(pk=disbursement.pk)
        if one.state != State.UNKNOWN or one.key_number != disbursement.key_number:
            raise Refused("This payment has moved on. Look at it again.")
        if _enough(one, Act.GIVE_UP, person, by=by, now=now):
            _give_up(one, by=by, now=now)


def _enough(row: Disbursement, act: str, person: User | None, *, by: str, now: datetime) -> bool:
    """Keep one person's word; whether it is that of the second, other person."""
    if person is None:
        raise NotAllowed("Two people have to agree to this. Sign in and say so yourself.")
    mine = {"key_number": row.key_number, "act": act, "cleared_by": person}
    _, is_new = row.clearances.get_or_create(**mine, defaults={"cleared_at": now})
    if is_new:
        AuditEvent.record(row, f"disbursement.{act} agreed", at=now, by=by)
    return row.clearances.filter(key_number=row.key_number, act=act).count() >= TWO


def _give_up(one: Disbursement, *, by: str, now: datetime) -> None:
    DISBURSEMENT.move(
        one, State.FAILED, now=now, by=by, failure="withdrawn", held_reason="", held_at=None
    )
    one.pay_run.lines.filter(instalment_id=one.instalment_id).update(is_open=False)
    cancel_if_stopped(instalment=one.instalment, by=by, now=now)


def _is_dead(disbursement: Disbursement) -> bool:
    return Disbursement.objects.filter(
        pk=disbursement.pk, state=State.UNKNOWN, first_sent_at__lt=Now() - KEY_IS_DEAD_AFTER
    ).exists()


def _is_mentioned(disbursement: Disbursement, provider: Provider) -> bool:
    if disbursement.first_sent_at is None:
        return False
    events = provider.events_since(disbursement.first_sent_at)
    return any(disbursement.public_id in event.body for event in events)


def _waiting_for_details():
    """Held for payment details: those whose recipient was seen ready since, and every so often
    the others."""
    recipient = "instalment__award__enrolment__recipient"
    is_ready = Q(**{f"{recipient}__status": "ready", f"{recipient}__observed_at__gt": F("held_at")})
    is_time = Q(not_before=None) | Q(not_before__lte=Now())
    return waiting_for_a_person().filter(is_ready | is_time, held_reason=Held.RECIPIENT)


def _look_at_details(one: Disbursement, *, provider: Provider, by: str, now: datetime) -> bool:
    recipient = observe(recipient=recipient_of(one), provider=provider, by=by, now=now)
    if recipient.status != "ready":
        Disbursement.objects.filter(pk=one.pk, held_reason=Held.RECIPIENT).update(
            not_before=Now() + NEXT_LOOK
        )
        return False
    release(disbursement=one, by=by, now=now)
    return True
