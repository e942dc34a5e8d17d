"""Finding out what became of a try whose outcome is not known; nothing is sent before looking."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from cashpilot.core.refusals import Refused
from payments.lifecycles import DISBURSEMENT
from payments.models import Disbursement, PayRun, SendAttempt
from payments.operations.claiming import BATCH, hold_each, start_try
from payments.operations.disbursements import order_of
from payments.operations.sending import forgotten_that_stand, send_one
from payments.operations.settlement import adopt, reverse
from payments.providers.base import Order, Provider, Transfer, Unreachable
from payments.queries import WITH_ALL, earlier_of, reason_to_hold, unknown_to_look_up
from payments.rules import KEY_IS_DEAD_AFTER, idempotency_key, next_step

State, Held, Kind = Disbursement.State, Disbursement.Held, SendAttempt.Kind
STOPPED = PayRun.State.STOPPED
WHILE_PAUSED = timedelta(minutes=5)


def resolve(*, provider: Provider, by: str, now: datetime, limit: int = BATCH) -> int:
    """Look up `unknown` disbursements whose time has come, one after the other; returns how
    many."""
    rows = unknown_to_look_up(limit)
    for row in rows:
        resolve_one(disbursement=row, provider=provider, by=by, now=now)
    return len(rows)


def resolve_one(*, disbursement: Any, provider: Provider, by: str, now: datetime) -> None:
    """Look one up, as `unknown_to_look_up` gave it, and do what the finding allows.

    With the provider out of reach nothing is done; what only a person can decide is held.
    """
    try:
        _resolve_one(disbursement, provider=provider, by=by, now=now)
    except Unreachable:
        return
    except Refused:
        _hold(disbursement, Held.REVIEW, by=by, now=now)


def _resolve_one(row: Any, *, provider: Provider, by: str, now: datetime) -> None:
    order = order_of(row)
    found = provider.find(order)
    step: str = next_step(age=row.age, found=len(found), agrees=_agrees(found, order))
    if not found and row.failure:
        step = "prove absence"  # the last try was declined, and the one before moved nothing
    elif step == "same key" and row.pay_run.state == STOPPED:
        step = "wait"
    if step in MAY_SEND and row.pay_run.state != STOPPED and not row.is_sendable:
        step = "rest"
    if step in MAY_SEND:
        _check_earlier(row, provider)
    _STEPS[step](row, found, provider=provider, by=by, now=now)


def _check_earlier(row: Any, provider: Provider) -> None:
    """Money that an earlier disbursement of the same instalment moved is never sent again."""
    if forgotten_that_stand(row, provider):
        raise Refused("Money was moved for this instalment before the database was restored.")
    for other in earlier_of(row):
        if any(one.is_standing for one in provider.find(order_of(other))):
            raise Refused("An earlier payment of the same instalment stands at the provider.")


def _agrees(found: list[Transfer], order: Order) -> bool:
    return all(one.carries_out(order) for one in found)


def _adopt(row, found, *, provider, by, now):
    """The money did move: take the transfer as ours, and what became of it since."""
    with _still(row) as mine:
        if mine:
            SendAttempt.about(mine, Kind.FOUND, found[0].reference, at=now).save()
            adopt(disbursement=mine, reference=found[0].reference, by=by, now=now)
    if mine:
        reverse(disbursement=mine, transfer=found[0], by=by, now=now)


def _review(row, found, *, provider, by, now):
    """More than one transfer, or another than the one ordered: a person must look."""
    _hold(row, Held.REVIEW, by=by, now=now)


def _wait(row, found, *, provider, by, now):
    """Nobody can tell now whether the key is still honoured: send nothing until it is dead."""
    Disbursement.objects.filter(pk=row.pk, state=State.UNKNOWN).update(
        not_before=F("first_sent_at") + KEY_IS_DEAD_AFTER
    )


def _rest(row, found, *, provider, by, now):
    """Its run is paused: what it would send waits until the run goes on."""
    Disbursement.objects.filter(pk=row.pk, state=State.UNKNOWN).update(
        not_before=Now() + WHILE_PAUSED
    )


def _same_key(row, found, *, provider, by, now):
    """Not found, and the key is still honoured: asking again under it cannot pay twice."""
    _try_again(row, provider=provider, by=by, now=now)


def _prove_absence(row, found, *, provider, by, now):
    """The key is dead. Only proof that nothing moved allows a new one.

    After a server error the provider may still complete the old one, so a person releases it.
    """
    events = provider.events_since(row.first_sent_at)
    if any(row.public_id in event.body for event in events) or row.saw_server_error:
        _hold(row, Held.REVIEW, by=by, now=now)
        return
    token = uuid.uuid4()
    with _still(row) as mine:
        if mine is None:
            return
        SendAttempt.about(mine, Kind.ABSENT, "no transfer, no event", at=now).save()
        if mine.pay_run.state == STOPPED:
            DISBURSEMENT.move(mine, State.FAILED, now=now, by=by, failure="run_stopped")
            return
        if why := reason_to_hold(mine):
            hold_each(reasons={mine: why}, by=by, now=now)
            return
        _take_new_key(mine)
        start_try(disbursements=[mine], token=token, by=by, now=now)
    send_one(disbursement=mine, token=token, provider=provider, by=by, now=now)


def _take_new_key(row: Disbursement) -> None:
    """The old key moved nothing: the next try, in the same transaction, is the first of a new
    one."""
    row.key_number += 1
    row.idempotency_key = idempotency_key(row.public_id, row.key_number)
    row.first_sent_at, row.has_open_try, row.failure = None, False, ""
    changed = ("key_number", "idempotency_key", "first_sent_at", "has_open_try", "failure")
    row.save(update_fields=changed)


MAY_SEND = ("same key", "prove absence")
_STEPS = {
    "adopt": _adopt,
    "review": _review,
    "wait": _wait,
    "rest": _rest,
    "same key": _same_key,
    "prove absence": _prove_absence,
}


def _try_again(row, *, provider, by, now):
    token = uuid.uuid4()
    with _still(row) as mine:
        if mine is None:
            return
        why = reason_to_hold(mine)
        if why:
            hold_each(reasons={mine: why}, by=by, now=now)
        else:
            start_try(disbursements=[mine], token=token, by=by, now=now)
    if not why:
        send_one(disbursement=mine, token=token, provider=provider, by=by, now=now)


@contextmanager
def _still(row: Disbursement) -> Iterator[Disbursement | None]:
    """The row, locked, if nobody has touched it since we looked; else the look-up is stale."""
    with transaction.atomic(durable=True):
        yield (
            Disbursement.objects.filter(
                pk=row.pk,
                state=State.UNKNOWN,
                state_changed_at=row.state_changed_at,
                key_number=row.key_number,
                held_reason="",
            )
            .select_for_update(of=("self",))
            .select_related(*WITH_ALL)
            .first()
        )


def _hold(row: Disbursement, reason: str, *, by: str, now: datetime) -> None:
    with _still(row) as mine:
        if mine:
            hold_each(reasons={mine: reason}, by=by, now=now)
