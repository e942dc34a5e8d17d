"""Sending money so that nobody is paid twice and nobody is forgotten.

1. Claim rows and commit: intent, key and body are in the database before anybody is asked.
2. Ask the provider, outside any transaction, with the stored key and body.
3. Record what it said, only while the claim is still ours.

A lease that runs out turns `submitting` into `unknown`; what is unknown is looked up at the
provider before anything is sent again (`operations/unknown.py`).
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from cashpilot.core.models import AuditEvent
from payments.lifecycles import DISBURSEMENT
from payments.models import Disbursement, SendAttempt
from payments.operations.disbursements import order_of
from payments.operations.settlement import adopt
from payments.providers.base import Accepted, Answer, Declined, NotNow, Provider, Unknown
from payments.queries import line_of, recipient_of
from payments.rules import back_off, idempotency_key, line_hash

State, Held, Kind = Disbursement.State, Disbursement.Held, SendAttempt.Kind

BATCH = 100
WAITS_FOR = {
    "balance_insufficient": Held.FUNDS,
    "insufficient_capabilities_for_transfer": Held.RECIPIENT,
    "HTTP 401": Held.RUN_PAUSED,
    "HTTP 403": Held.RUN_PAUSED,
}
WITH_ALL = ("instalment__award__enrolment__recipient", "pay_run")


def send_queued(*, provider: Provider, by: str, now: datetime, limit: int = BATCH) -> int:
    """Send up to `limit` queued disbursements of approved runs; returns how many were asked for."""
    token, claimed = claim(by=by, now=now, limit=limit)
    for disbursement in claimed:
        send_one(disbursement=disbursement, token=token, provider=provider, by=by, now=now)
    return len(claimed)


def claim(*, by: str, now: datetime, limit: int) -> tuple[uuid.UUID, list[Disbursement]]:
    """Take queued rows for this worker alone, with a lease, and commit."""
    token = uuid.uuid4()
    with transaction.atomic(durable=True):
        rows = list(_claimable()[:limit])
        held = {one: reason for one in rows if (reason := _reason_to_hold(one))}
        ready = [one for one in rows if one not in held]
        _hold(held, by=by, now=now)
        start_try(disbursements=ready, token=token, by=by, now=now)
    return token, ready


def start_try(
    *, disbursements: Sequence[Disbursement], token: uuid.UUID, by: str, now: datetime
) -> None:
    """Move locked rows to `submitting` and write the intent, before anybody is asked."""
    lease = timedelta(seconds=settings.SEND_LEASE_SECONDS)
    DISBURSEMENT.move_locked(
        disbursements,
        State.SUBMITTING,
        now=now,
        by=by,
        claim_token=token,
        lease_until=Now() + lease,
        first_sent_at=Coalesce(F("first_sent_at"), Now()),
    )
    SendAttempt.objects.bulk_create(_attempt(one, Kind.INTENT, "", now) for one in disbursements)


def send_one(
    *, disbursement: Disbursement, token: uuid.UUID, provider: Provider, by: str, now: datetime
) -> None:
    """Ask for one claimed disbursement, and record the answer.

    With too little of the lease left to hear it, or the run stopped, nothing is asked and the row
    is put back.
    """
    if not _may_still_ask(disbursement, token):
        _put_back_unasked(disbursement, token, by=by, now=now)
        return
    answer = provider.send(order_of(disbursement), disbursement.request_body)
    record(disbursement=disbursement, token=token, answer=answer, by=by, now=now)


def record(
    *, disbursement: Disbursement, token: uuid.UUID, answer: Answer, by: str, now: datetime
) -> None:
    """Write down what the provider answered, if the claim is still ours; else only that it came."""
    with transaction.atomic(durable=True):
        row = (
            Disbursement.objects.select_for_update(of=("self",))
            .select_related(*WITH_ALL)
            .get(pk=disbursement.pk)
        )
        if row.state != State.SUBMITTING or row.claim_token != token:
            _attempt(row, Kind.FENCED, str(answer), now).save()
            if isinstance(answer, Accepted):  # money has moved, whoever holds the claim
                adopt(disbursement=row, reference=answer.reference, by=by, now=now)
            return
        _RECORDERS[type(answer)](row, answer, by=by, now=now)


def expire_leases(*, by: str, now: datetime) -> int:
    """A worker that has not answered by its lease may have sent: its rows become `unknown`."""
    with transaction.atomic(durable=True):
        late = Disbursement.objects.filter(state=State.SUBMITTING, lease_until__lt=Now())
        rows = list(late.select_for_update(skip_locked=True)[:BATCH])
        DISBURSEMENT.move_locked(rows, State.UNKNOWN, now=now, by=by, has_open_try=True)
    return len(rows)


def _put_back_unasked(
    disbursement: Disbursement, token: uuid.UUID, *, by: str, now: datetime
) -> None:
    with transaction.atomic(durable=True):
        mine = {"pk": disbursement.pk, "state": State.SUBMITTING, "claim_token": token}
        row = Disbursement.objects.select_for_update().filter(**mine).first()
        if row:
            state = State.UNKNOWN if row.has_open_try else State.QUEUED
            _put_back(row, state, by=by, now=now)


def _may_still_ask(disbursement: Disbursement, token: uuid.UUID) -> bool:
    return Disbursement.objects.filter(
        pk=disbursement.pk,
        state=State.SUBMITTING,
        claim_token=token,
        lease_until__gt=Now() + timedelta(seconds=sum(settings.STRIPE_TIMEOUT)),
        pay_run__state__in=["approved", "sending"],
    ).exists()


def _claimable():
    return (
        Disbursement.objects.filter(
            state=State.QUEUED, held_reason="", pay_run__state__in=["approved", "sending"]
        )
        .filter(Q(not_before=None) | Q(not_before__lte=Now()))
        .order_by("pk")
        .select_related(*WITH_ALL)
        .select_for_update(skip_locked=True, of=("self",))
    )


def _reason_to_hold(disbursement: Disbursement) -> str:
    """What approval froze is checked again at the last moment."""
    recipient = recipient_of(disbursement)
    now_it_is = line_of(disbursement.instalment, recipient.provider_account or "")
    if disbursement.instalment.state != "planned":
        return Held.REVIEW
    if line_hash(now_it_is) != disbursement.order_hash:
        return Held.DESTINATION_CHANGED
    return "" if recipient.status == "ready" else Held.RECIPIENT


def _hold(held: dict[Disbursement, str], *, by: str, now: datetime) -> None:
    for one, reason in held.items():
        Disbursement.objects.filter(pk=one.pk).update(held_reason=reason)
        AuditEvent.record(one, "disbursement.held", at=now, by=by, reason=reason)


def _accepted(row: Disbursement, answer: Accepted, *, by: str, now: datetime) -> None:
    _attempt(row, Kind.ACCEPTED, answer.reference, now).save()
    adopt(disbursement=row, reference=answer.reference, by=by, now=now)


def _declined(row: Disbursement, answer: Declined, *, by: str, now: datetime) -> None:
    """Nothing was executed under this key, so the next try gets a new one, once the cause is gone.

    It says nothing of an earlier try whose outcome is open: that one is looked up first. A refusal
    at the door (401, 403) says nothing of any other.
    """
    _attempt(row, Kind.DECLINED, answer.code, now).save()
    held = WAITS_FOR.get(answer.code, Held.REVIEW)
    if row.has_open_try:
        declined = "" if held == Held.RUN_PAUSED else answer.code[:60]
        _put_back(row, State.UNKNOWN, by=by, now=now, held_reason=held, failure=declined)
        return
    number = row.key_number if held == Held.RUN_PAUSED else row.key_number + 1
    _put_back(
        row,
        State.QUEUED,
        by=by,
        now=now,
        held_reason=held,
        failure=answer.code[:60],
        key_number=number,
        idempotency_key=idempotency_key(row.public_id, number),
        first_sent_at=None,
        has_open_try=False,
    )


def _not_now(row: Disbursement, answer: NotNow, *, by: str, now: datetime) -> None:
    _attempt(row, Kind.NOT_NOW, answer.code, now).save()
    state = State.UNKNOWN if row.has_open_try else State.QUEUED
    _put_back(row, state, by=by, now=now, not_before=_later(row))


def _unknown(row: Disbursement, answer: Unknown, *, by: str, now: datetime) -> None:
    _attempt(row, Kind.UNKNOWN, answer.detail, now).save()
    _put_back(
        row,
        State.UNKNOWN,
        by=by,
        now=now,
        not_before=_later(row),
        has_open_try=True,
        saw_server_error=row.saw_server_error or answer.is_server_error,
        held_reason=Held.REVIEW if answer.detail == "idempotency_error" else "",
    )


_RECORDERS: dict[type, Callable[..., None]] = {
    Accepted: _accepted,
    Declined: _declined,
    NotNow: _not_now,
    Unknown: _unknown,
}


def _put_back(row: Disbursement, state: str, *, by: str, now: datetime, **also) -> None:
    DISBURSEMENT.move(row, state, now=now, by=by, claim_token=None, lease_until=None, **also)


def _later(row: Disbursement):
    return Now() + back_off(row.attempts.filter(kind=Kind.INTENT).count())


def _attempt(row: Disbursement, kind: str, detail: str, now: datetime) -> SendAttempt:
    return SendAttempt(
        disbursement=row,
        kind=kind,
        idempotency_key=row.idempotency_key,
        order_hash=row.order_hash,
        detail=detail[:200],
        at=now,
    )
