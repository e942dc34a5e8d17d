"""Claiming: rows for this worker alone, with a lease, an intent and a last look at what approval
froze, all committed before anybody is asked."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Now

from cashpilot.core.marks import raise_mark
from cashpilot.core.models import AuditEvent
from payments.lifecycles import DISBURSEMENT
from payments.models import Disbursement, Halt, Hold, SendAttempt
from payments.queries import (
    WITH_ALL,
    forgotten_of,
    lag_behind_the_mark,
    reason_to_hold,
    sendable_runs,
)

State, Held, Kind = Disbursement.State, Disbursement.Held, SendAttempt.Kind

BATCH = 100


class OlderState(Exception):
    """The database is older than what was sent from it, so that nothing may be sent."""


def claim(*, by: str, now: datetime, limit: int = BATCH) -> tuple[uuid.UUID, list[Disbursement]]:
    """Take up to `limit` queued rows of started runs for this worker alone, and commit.

    A row that must not be sent as it was approved is held or given up instead. Each row says
    whether the provider must be asked first what became of earlier tries (`must_look_first`).
    """
    token = uuid.uuid4()
    with transaction.atomic(durable=True):
        rows = _claimable(limit)
        gone = [one for one in rows if one.instalment.state == "cancelled"]
        DISBURSEMENT.move_locked(gone, State.FAILED, now=now, by=by, failure="cancelled")
        reasons = {one: reason_to_hold(one) for one in rows if one not in gone}
        hold_each(reasons={one: why for one, why in reasons.items() if why}, by=by, now=now)
        ready = [one for one, why in reasons.items() if not why]
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
        failure="",  # what an earlier key was refused for says nothing of this try
    )
    intents = [SendAttempt.about(one, Kind.INTENT, at=now) for one in disbursements]
    _keep_the_mark(SendAttempt.objects.bulk_create(intents))


def _keep_the_mark(tries: Sequence[SendAttempt]) -> None:
    """Send nothing from an older state of the database; else move the mark outside it on to these
    tries, once they are committed and before anybody is asked."""
    if not tries or not settings.SEND_MARK_FILE:
        return
    if lag_behind_the_mark():
        raise OlderState("The database is older than what was sent from it.")
    file, last = Path(settings.SEND_MARK_FILE), max(one.pk for one in tries)
    transaction.on_commit(partial(raise_mark, file, last))


def hold_each(*, reasons: dict[Disbursement, str], by: str, now: datetime) -> None:
    """Hold locked rows, each for its reason."""
    for why, group in groupby(sorted(reasons, key=reasons.__getitem__), key=reasons.__getitem__):
        rows = list(group)
        Disbursement.objects.filter(pk__in=[one.pk for one in rows]).update(
            held_reason=why, held_at=now
        )
        AuditEvent.record_each(rows, "disbursement.held", at=now, by=by, reason=why)


def _claimable(limit: int) -> list[Disbursement]:
    """Rows to send, run by run: each run's own are found by one index, however many wait."""
    rows: list[Disbursement] = []
    for run in sendable_runs():
        rows += _of_run(run)[: limit - len(rows)]
        if len(rows) == limit:
            break
    return rows


def _of_run(run):
    earlier = Disbursement.objects.filter(pk__lt=OuterRef("pk"))
    same = earlier.filter(instalment=OuterRef("instalment"))
    taken_over = earlier.filter(
        Q(instalment=OuterRef("instalment__first_promise"))
        | Q(instalment__first_promise=OuterRef("instalment__first_promise"))
    )
    held = Hold.objects.filter(award=OuterRef("instalment__award"), lifted_at=None)
    older = Halt.objects.exclude(reason=Halt.Reason.BY_A_PERSON).filter(
        placed_at__gte=OuterRef("state_changed_at")
    )
    return (
        Disbursement.objects.filter(pay_run=run, state=State.QUEUED, held_reason="")
        .filter(Q(not_before=None) | Q(not_before__lte=Now()))
        .annotate(
            award_is_held=Exists(held),
            must_look_first=Exists(same)
            | Q(instalment__first_promise__isnull=False) & Exists(taken_over)
            | Exists(older)
            | Exists(forgotten_of(OuterRef("instalment"))),
        )
        .order_by("pk")
        .select_related(*WITH_ALL)
        .select_for_update(skip_locked=True, of=("self",))
    )
