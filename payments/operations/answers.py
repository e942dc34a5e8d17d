"""What each answer of a provider makes of a disbursement whose claim is still ours."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from payments.lifecycles import DISBURSEMENT
from payments.models import Disbursement, RunPause, SendAttempt
from payments.operations.pausing import pause
from payments.operations.settlement import take_in
from payments.providers.base import Accepted, Answer, Declined, NotNow, Unknown
from payments.queries import next_try_of
from payments.rules import idempotency_key

State, Held, Kind = Disbursement.State, Disbursement.Held, SendAttempt.Kind
Reason = RunPause.Reason
Changes = dict[str, Any]

TOO_LITTLE_MONEY = "balance_insufficient"
NO_CAPABILITY = "insufficient_capabilities_for_transfer"
AT_THE_DOOR = ("HTTP 401", "HTTP 403")
SAME_ORDER_TWO_BODIES = "idempotency_error"
TOO_MANY_ALIKE = 3


def write_down(*, row: Disbursement, answer: Answer, by: str, now: datetime) -> None:
    """Move a locked row on as the answer says, with its line in the diary, and pause its run
    where the answer concerns more than this one."""
    _ANSWERS[type(answer)](row, answer, by=by, now=now)


def put_back(
    *, row: Disbursement, state: str, by: str, now: datetime, changes: Changes | None = None
) -> None:
    """End the claim of a locked row and move it to `state`, with these columns changed.

    What is queued again was certainly not carried out: the age of its key begins with the next try.
    """
    also: Changes = {"claim_token": None, "lease_until": None}
    if state == State.QUEUED:
        also["first_sent_at"] = None
    also |= changes or {}
    DISBURSEMENT.move(row, state, now=now, by=by, **also)


def _accepted(row: Disbursement, answer: Accepted, *, by: str, now: datetime) -> None:
    _note(row, Kind.ACCEPTED, answer.reference, now)
    take_in(row=row, reference=answer.reference, by=by, now=now)


def _declined(row: Disbursement, answer: Declined, *, by: str, now: datetime) -> None:
    """Nothing was executed under this key, so the next try gets a new one, once the cause is gone.

    It says nothing of an earlier try whose outcome is open: that one is looked up first.
    """
    _note(row, Kind.DECLINED, answer.code, now)
    if answer.code in AT_THE_DOOR:
        _refused_at_the_door(row, answer, by=by, now=now)
    elif row.has_open_try:
        changes = _held(_hold_for(answer.code), now) | {"failure": answer.code[:60]}
        put_back(row=row, state=State.UNKNOWN, by=by, now=now, changes=changes)
    else:
        _take_next_key(row, answer.code[:60], by=by, now=now)
    if answer.code == TOO_LITTLE_MONEY:
        _stop_for_money(row, by=by, now=now)
    elif row.held_reason == Held.REVIEW:
        _pause_if_repeated(row, by=by, now=now)


def _refused_at_the_door(row: Disbursement, answer: Declined, *, by: str, now: datetime) -> None:
    """The key of this process is refused: nothing was executed, and nothing of this run will be."""
    state = State.UNKNOWN if row.has_open_try else State.QUEUED
    put_back(row=row, state=state, by=by, now=now)
    pause(run=row.pay_run, reason=Reason.CREDENTIALS, detail=answer.code, by=by, now=now)


def _take_next_key(row: Disbursement, code: str, *, by: str, now: datetime) -> None:
    number = row.key_number + 1
    changes = {
        "failure": code,
        "key_number": number,
        "idempotency_key": idempotency_key(row.public_id, number),
        "saw_server_error": False,
    } | _held(_hold_for(code), now)
    put_back(row=row, state=State.QUEUED, by=by, now=now, changes=changes)


def _held(reason: str, now: datetime) -> Changes:
    return {"held_reason": reason, "held_at": now if reason else None}


def _hold_for(code: str) -> str:
    """Why one waits that was declined; where money is missing, its run waits instead."""
    if code == TOO_LITTLE_MONEY:
        return ""
    return Held.RECIPIENT if code == NO_CAPABILITY else Held.REVIEW


def _stop_for_money(row: Disbursement, *, by: str, now: datetime) -> None:
    """The float is spent: every run that draws on it waits, not this payment alone."""
    for run in (
        type(row.pay_run)
        .objects.filter(state="sending", fund__currency=row.currency)
        .order_by("pk")
    ):
        pause(run=run, reason=Reason.FUNDS, missing_minor=row.amount_minor, by=by, now=now)


def _pause_if_repeated(row: Disbursement, *, by: str, now: datetime) -> None:
    alike = row.pay_run.disbursements.filter(held_reason=Held.REVIEW, failure=row.failure)
    if alike.count() >= TOO_MANY_ALIKE:
        pause(run=row.pay_run, reason=Reason.REPEATED, detail=row.failure, by=by, now=now)


def _not_now(row: Disbursement, answer: NotNow, *, by: str, now: datetime) -> None:
    _note(row, Kind.NOT_NOW, answer.code, now)
    state = State.UNKNOWN if row.has_open_try else State.QUEUED
    put_back(row=row, state=state, by=by, now=now, changes={"not_before": next_try_of(row)})


def _unknown(row: Disbursement, answer: Unknown, *, by: str, now: datetime) -> None:
    _note(row, Kind.UNKNOWN, answer.detail, now)
    is_ours = answer.detail == SAME_ORDER_TWO_BODIES
    changes = {
        "not_before": next_try_of(row),
        "has_open_try": True,
        "saw_server_error": row.saw_server_error or answer.is_server_error,
    } | _held(Held.REVIEW if is_ours else "", now)
    put_back(row=row, state=State.UNKNOWN, by=by, now=now, changes=changes)
    if is_ours:
        pause(run=row.pay_run, reason=Reason.KEY_REUSED, detail=row.public_id, by=by, now=now)


_ANSWERS: dict[type, Callable[..., None]] = {
    Accepted: _accepted,
    Declined: _declined,
    NotNow: _not_now,
    Unknown: _unknown,
}


def _note(row: Disbursement, kind: str, detail: str, now: datetime) -> None:
    SendAttempt.about(row, kind, detail, at=now).save()
