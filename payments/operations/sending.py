"""Sending money so that nobody is paid twice and nobody is forgotten.

1. Claim rows and commit: intent, key and body are in the database before anybody is asked.
2. Ask the provider, outside any transaction, with the stored key and body.
3. Record what it said, only while the claim is still ours.

A lease that runs out turns `submitting` into `unknown`; what is unknown is looked up at the
provider before anything is sent again (`operations/unknown.py`).
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from cashpilot.core.refusals import Refused
from payments.lifecycles import DISBURSEMENT
from payments.models import Disbursement, SendAttempt
from payments.operations.answers import put_back, write_down
from payments.operations.claiming import BATCH, claim, hold_each
from payments.operations.disbursements import order_of
from payments.operations.pausing import start_approved
from payments.operations.settlement import adopt, reverse
from payments.providers.base import Accepted, Answer, NotThere, Provider, Transfer, Unreachable
from payments.queries import earlier_of, forgotten_of, is_stopped, may_still_be_asked, next_try_of

State, Held, Kind = Disbursement.State, Disbursement.Held, SendAttempt.Kind
TO_CHECK = 0.1


def _at_once() -> None:
    """The turn of what keeps to no pace."""


def send_queued(*, provider: Provider, by: str, now: datetime, limit: int = BATCH) -> int:
    """Start what may start, and send up to `limit` disbursements one after the other; returns how
    many were asked for."""
    start_approved(provider=provider, by=by, now=now)
    token, claimed = claim(by=by, now=now, limit=limit)
    pace = provider.reserve_sends(len(claimed))
    for index, disbursement in enumerate(claimed):
        pace.wait_for(index, ahead=TO_CHECK)
        turn = partial(pace.wait_for, index)
        send_one(
            disbursement=disbursement, token=token, provider=provider, by=by, now=now, turn=turn
        )
    return len(claimed)


def send_one(
    *,
    disbursement: Disbursement,
    token: uuid.UUID,
    provider: Provider,
    by: str,
    now: datetime,
    turn: Callable[[], None] = _at_once,
) -> Answer | None:
    """Ask for one claimed disbursement when its turn comes, and record the answer.

    Where an earlier try may have moved money, the provider is asked about that first. Last of all,
    with too little of the lease left to hear the answer, or the run stopped or paused meanwhile,
    nothing is asked and the row is put back.
    """
    must_look = getattr(disbursement, "must_look_first", False)
    if must_look and not _is_clear(disbursement, token, provider=provider, by=by, now=now):
        return None
    longest_call = TO_CHECK + sum(settings.STRIPE_TIMEOUT)
    if not may_still_be_asked(disbursement.pk, token, seconds=longest_call):
        _put_back_unasked(disbursement, token, by=by, now=now)
        return None
    turn()
    answer = provider.send(order_of(disbursement), disbursement.request_body)
    record(disbursement=disbursement, token=token, answer=answer, by=by, now=now)
    return answer


def record(
    *, disbursement: Disbursement, token: uuid.UUID, answer: Answer, by: str, now: datetime
) -> None:
    """Write down what the provider answered, if the claim is still ours; else only that it came.

    An acceptance is believed whoever holds the claim: the money has moved.
    """
    with transaction.atomic(durable=True):
        row = _locked(disbursement)
        if row.state == State.SUBMITTING and row.claim_token == token:
            write_down(row=row, answer=answer, by=by, now=now)
            return
        SendAttempt.about(row, Kind.FENCED, str(answer), at=now).save()
    if isinstance(answer, Accepted):
        with transaction.atomic(durable=True):
            adopt(disbursement=row, reference=answer.reference, by=by, now=now)


def expire_leases(*, by: str, now: datetime) -> int:
    """A worker that has not answered by its lease may have sent: its rows become `unknown`."""
    with transaction.atomic(durable=True):
        late = Disbursement.objects.filter(state=State.SUBMITTING, lease_until__lt=Now())
        rows = list(late.select_for_update(skip_locked=True)[:BATCH])
        DISBURSEMENT.move_locked(rows, State.UNKNOWN, now=now, by=by, has_open_try=True)
    return len(rows)


def _locked(disbursement: Disbursement) -> Disbursement:
    """The row as it is now, with the order and the run as the claim read them: these are frozen."""
    row = Disbursement.objects.select_for_update().get(pk=disbursement.pk)
    row.pay_run, row.instalment = disbursement.pay_run, disbursement.instalment
    return row


def _put_back_unasked(
    disbursement: Disbursement, token: uuid.UUID, *, by: str, now: datetime, wait: bool = False
) -> None:
    with transaction.atomic(durable=True):
        row = _locked(disbursement)
        if row.state == State.SUBMITTING and row.claim_token == token:
            state = State.UNKNOWN if row.has_open_try else State.QUEUED
            changes = {"not_before": next_try_of(row)} if wait else {}
            put_back(row=row, state=state, by=by, now=now, changes=changes)


def _is_clear(
    disbursement: Disbursement, token: uuid.UUID, *, provider: Provider, by: str, now: datetime
) -> bool:
    """Whether the provider knows of no money moved for this instalment by an earlier try.

    1. Its own group: what is found there is this disbursement's transfer.
    2. The groups of disbursements given up before it: what is found there and was not taken back
       in full is money already sent, and only a person can tell what to do.
    3. What a restored database forgot: one such transfer, as ordered here, is this one's.
    """
    try:
        own = provider.find(order_of(disbursement))
        earlier = [
            one for other in earlier_of(disbursement) for one in provider.find(order_of(other))
        ]
        forgotten = forgotten_that_stand(disbursement, provider)
    except Unreachable:
        _put_back_unasked(disbursement, token, by=by, now=now, wait=True)
        return False
    except Refused:
        _hold_for_review(disbursement, token, by=by, now=now)
        return False
    moved = own + forgotten + [one for one in earlier if one.is_standing]
    if moved == forgotten and len(moved) == 1 and moved[0].carries_out(order_of(disbursement)):
        _take_as_its_own(disbursement, moved[0], by=by, now=now)
    elif moved or is_stopped(disbursement.instalment.award):
        _hold_for_review(disbursement, token, by=by, now=now)
    else:
        return True
    return False


def forgotten_that_stand(disbursement: Disbursement, provider: Provider) -> list[Transfer]:
    """Transfers that a restored database forgot and that stand at the provider, read now."""
    known = forgotten_of(disbursement.instalment_id)
    try:
        found = [provider.transfer(one.reference) for one in known]
    except NotThere as gone:
        raise Refused("The provider no longer knows money that it moved for this.") from gone
    return [one for one in found if one.is_standing]


def _take_as_its_own(
    disbursement: Disbursement, transfer: Transfer, *, by: str, now: datetime
) -> None:
    with transaction.atomic(durable=True):
        SendAttempt.about(disbursement, Kind.FOUND, transfer.reference, at=now).save()
        adopt(disbursement=disbursement, reference=transfer.reference, by=by, now=now)
        reverse(disbursement=disbursement, transfer=transfer, by=by, now=now)


def _hold_for_review(
    disbursement: Disbursement, token: uuid.UUID, *, by: str, now: datetime
) -> None:
    with transaction.atomic(durable=True):
        row = _locked(disbursement)
        if row.state == State.SUBMITTING and row.claim_token == token:
            put_back(row=row, state=State.UNKNOWN, by=by, now=now)
            hold_each(reasons={row: Held.REVIEW}, by=by, now=now)
