"""What may be sent, and what stands in the way."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from participants.models import Pilot
from payments.models import CheckUp, Disbursement, Hold, PayRun, ProviderEvent, RunPause
from payments.queries.halts import open_halts
from payments.queries.pay_runs import line_of, recipient_of
from payments.rules import back_off, line_hash

CHECK_UP_HOLDS = timedelta(days=7)

WITH_ALL = ("instalment__award__enrolment__recipient", "pay_run")


def sendable_runs() -> QuerySet[PayRun]:
    """Runs that are being sent and not paused, oldest first; none while all sending is halted."""
    paused = RunPause.objects.filter(pay_run=OuterRef("pk"), lifted_at=None)
    runs = PayRun.objects.filter(~Exists(open_halts()), ~Exists(paused), state=PayRun.State.SENDING)
    return runs.order_by("pk")


def open_pause_of(run: PayRun) -> RunPause | None:
    """Why nothing more of a run is sent just now; None where it is not paused."""
    return run.pauses.filter(lifted_at=None).first()


def pauses_of(pilots: Iterable[Pilot]) -> QuerySet[RunPause]:
    """Open pauses of these pilots' runs, oldest first: until they are lifted, people wait."""
    paused = RunPause.objects.filter(lifted_at=None, pay_run__fund__pilot__in=pilots)
    waiting = paused.filter(pay_run__state__in=["approved", "sending"])
    return waiting.select_related("pay_run__fund__pilot").order_by("placed_at")


def next_try_of(row: Disbursement) -> CombinedExpression:
    """When to try a row again, by the database's clock: the oftener it was tried, the later."""
    return Now() + back_off(row.attempts.filter(kind="intent").count())


def reason_to_hold(disbursement: Disbursement) -> str:
    """Why a payment must not be asked for now, whatever was approved; empty where nothing is.

    What approval froze is checked again before every try, the first and any other.
    """
    Held, recipient = Disbursement.Held, recipient_of(disbursement)
    if disbursement.instalment.state != "planned":
        return Held.REVIEW
    if line_hash(line_of(disbursement.instalment, recipient)) != disbursement.order_hash:
        return Held.DESTINATION_CHANGED
    if recipient.questioned_at or getattr(disbursement, "award_is_held", False):
        return Held.STAFF_CHECK
    return "" if recipient.status == "ready" else Held.RECIPIENT


def earlier_of(disbursement: Disbursement) -> QuerySet[Disbursement]:
    """Disbursements that were given up before this one, of the same instalment or of those whose
    place it took."""
    same = Q(instalment=disbursement.instalment_id)
    if first := disbursement.instalment.first_promise_id:
        same |= Q(instalment=first) | Q(instalment__first_promise=first)
    others = Disbursement.objects.filter(same, pk__lt=disbursement.pk)
    return others.select_related("pay_run", "instalment")


_IS_MINE = """
SELECT 1 FROM payments_disbursement d JOIN payments_payrun r ON r.id = d.pay_run_id
WHERE d.id = %s AND d.state = 'submitting' AND d.claim_token = %s
  AND d.lease_until > statement_timestamp() + make_interval(secs => %s)
  AND r.state = 'sending'
  AND NOT EXISTS (SELECT 1 FROM payments_runpause p
                  WHERE p.pay_run_id = r.id AND p.lifted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM payments_instalment i JOIN payments_hold h USING (award_id)
                  WHERE i.id = d.instalment_id AND h.lifted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM payments_halt WHERE lifted_at IS NULL)
"""


def may_still_be_asked(disbursement: int, token: uuid.UUID, *, seconds: float) -> bool:
    """Whether a claim holds for so many seconds more, its run is being sent and not paused, the
    person's payments are not held, and sending is not halted.

    Asked before every single call, hence in plain SQL: built by the ORM it costs as much as all
    that is written about the call.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IS_MINE, [disbursement, token, seconds])
        return cursor.fetchone() is not None


def unknown_to_look_up(limit: int = 100) -> list[Disbursement]:
    """Disbursements whose outcome is not known and whose time to look has come, oldest first.

    Each says how old its first try is (`age`), and whether it may be sent again (`is_sendable`):
    its run is being sent, and the person's payments are not held.
    """
    held = Hold.objects.filter(award=OuterRef("instalment__award"), lifted_at=None)
    rows = (
        Disbursement.objects.filter(state=Disbursement.State.UNKNOWN, held_reason="")
        .filter(Q(not_before=None) | Q(not_before__lte=Now()))
        .annotate(
            age=ExpressionWrapper(Now() - F("first_sent_at"), output_field=DurationField()),
            is_sendable=Exists(sendable_runs().filter(pk=OuterRef("pay_run"))) & ~Exists(held),
        )
        .select_related(*WITH_ALL)
        .order_by("first_sent_at")
    )
    return list(rows[:limit])


def may_send_live(now: datetime) -> bool:
    """Whether a check-up in live mode has passed within a week; other modes need none."""
    if settings.CASHPILOT_MODE != "live":
        return True
    recent = CheckUp.objects.filter(mode="live", made_at__gt=now - CHECK_UP_HOLDS)
    last = recent.order_by("-pk").first()
    return bool(last and last.has_passed)


def events_waiting(limit: int = 1_000) -> list[list[ProviderEvent]]:
    """What the provider said and nobody has acted on, together by the object that it is about:
    what counts is the object as it is now, so one look at it answers them all. What has not been
    looked at goes first, then what was looked at longest ago."""
    in_order = (F("looked_at").asc(nulls_first=True), "happened_at", "pk")
    waiting = ProviderEvent.objects.filter(state="received").order_by(*in_order)
    about: dict[tuple[str, str, str], list[ProviderEvent]] = {}
    for event in waiting[:limit]:
        named = (event.type.split(".")[0], event.account, event.object_reference)
        about.setdefault(named, []).append(event)
    return list(about.values())
