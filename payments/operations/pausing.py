"""Starting a run when its money is there, and pausing one that must not go on."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now

from cashpilot.core.locks import FLOAT, hold_until_the_end
from cashpilot.core.models import AuditEvent
from cashpilot.core.money import in_words
from cashpilot.core.refusals import Refused
from payments.lifecycles import PAY_RUN
from payments.models import Disbursement, Fund, PayRun, RunPause
from payments.providers.base import Provider
from payments.queries import may_send_live, open_pause_of, sendable_runs, sent_minor

Reason = RunPause.Reason
NEXT_LOOK = timedelta(minutes=5)
MENDS_ITSELF = (Reason.FUNDS, Reason.BUDGET, Reason.UNCHECKED)


def start_approved(*, provider: Provider, by: str, now: datetime) -> int:
    """Start every approved run whose whole sum is there; returns how many started.

    A run whose sum is not there does not start at all: it is paused, saying how much is missing,
    and looked at again when money comes in, or after a while.
    """
    waiting = PayRun.objects.filter(state=PayRun.State.APPROVED).order_by("pk")
    runs = waiting.exclude(pauses__in=_not_yet()).select_related("fund")
    started = 0
    for run in runs:
        available = provider.float_available(run.fund.currency)
        started += _start(run, available, by=by, now=now)
    return started


def look_again(*, provider: Provider, by: str, now: datetime) -> int:
    """Let runs go on whose missing money has come; returns how many."""
    lifted = 0
    due = RunPause.objects.filter(lifted_at=None, reason=Reason.FUNDS, look_again_at__lte=Now())
    due = due.filter(pay_run__state=PayRun.State.SENDING).order_by("pay_run")
    for pause in due.select_related("pay_run__fund"):
        run = pause.pay_run
        available = provider.float_available(run.fund.currency)
        with transaction.atomic(durable=True):
            run = _locked(run)
            kept = open_pause_of(run)
            if kept is None or kept.pk != pause.pk:
                continue
            hold_until_the_end(FLOAT, run.fund.currency)
            missing = max(0, _promised_elsewhere(run) + _unsent_minor(run) - available)
            if missing:
                _still_missing(pause, missing, now=now)
            else:
                _lift(run, by=by, now=now)
                lifted += 1
    return lifted


@transaction.atomic
def look_soon(*, by: str, now: datetime) -> None:
    """Money has come in at the provider: what waits for money is looked at again at once."""
    RunPause.objects.filter(lifted_at=None, reason=Reason.FUNDS).update(look_again_at=now)


@transaction.atomic
def pause(
    *, run: PayRun, reason: str, by: str, now: datetime, detail: str = "", missing_minor: int = 0
) -> None:
    """Send nothing more of a run until somebody, or the missing money, lifts the pause.

    Pausing a run that is paused keeps the first reason, unless that one would mend itself and the
    new one takes a person.
    """
    run = _locked(run)
    kept = open_pause_of(run)
    if kept and (kept.reason not in MENDS_ITSELF or reason in MENDS_ITSELF):
        return
    if kept:
        _lift(run, by=by, now=now)
    run.pauses.create(
        reason=reason,
        detail=detail[:200],
        missing_minor=missing_minor,
        placed_at=now,
        placed_by=by,
        look_again_at=now + NEXT_LOOK,
    )
    AuditEvent.record(run, "pay run.paused", at=now, by=by, reason=reason)


@transaction.atomic
def pause_by_hand(*, run: PayRun, by: str, now: datetime) -> None:
    """Pause a run because a member of staff wants to look first."""
    if run.state not in (PayRun.State.APPROVED, PayRun.State.SENDING):
        raise Refused("Only a run that is approved or being sent can be paused.")
    pause(run=run, reason=Reason.BY_A_PERSON, by=by, now=now)


@transaction.atomic
def resume(*, run: PayRun, by: str, now: datetime) -> None:
    """Let a paused run go on, under the same rules; what is in the way pauses it again."""
    if not _lift(_locked(run), by=by, now=now):
        raise Refused("This pay run is not paused.")


def _start(run: PayRun, available: int, *, by: str, now: datetime) -> bool:
    """Counted under the locks of the fund and of the money at the provider, so that no two runs,
    of one fund or of two, can both have the last of it."""
    with transaction.atomic(durable=True):
        fund = Fund.objects.select_for_update(no_key=True).get(pk=run.fund_id)
        run = _locked(run)
        kept = open_pause_of(run)
        if run.state != PayRun.State.APPROVED or (kept and kept.reason not in MENDS_ITSELF):
            return False
        if not may_send_live(now):
            _wait(run, Reason.UNCHECKED, 0, by=by, now=now)
            return False
        hold_until_the_end(FLOAT, fund.currency)
        over = sent_minor(fund) - fund.budget_minor
        missing = _promised_elsewhere(run) + _unsent_minor(run) - available
        if over > 0:
            _wait(run, Reason.BUDGET, over, by=by, now=now)
        elif missing > 0:
            _wait(run, Reason.FUNDS, missing, by=by, now=now)
        else:
            _lift(run, by=by, now=now)
            PAY_RUN.move(run, "sending", now=now, by=by)
            return True
    return False


def _wait(run: PayRun, reason: str, missing: int, *, by: str, now: datetime) -> None:
    detail = f"{in_words(missing, run.fund.currency)} missing" if missing else ""
    kept = run.pauses.filter(lifted_at=None).first()
    if kept:
        _still_missing(kept, missing, now=now)
    else:
        pause(run=run, reason=reason, detail=detail, missing_minor=missing, by=by, now=now)


def _still_missing(kept: RunPause, missing: int, *, now: datetime) -> None:
    kept.missing_minor, kept.look_again_at = missing, now + NEXT_LOOK
    kept.save(update_fields=["missing_minor", "look_again_at"])


def _lift(run: PayRun, *, by: str, now: datetime) -> bool:
    lifted = run.pauses.filter(lifted_at=None).update(lifted_at=now, lifted_by=by)
    if lifted:
        AuditEvent.record(run, "pay run.resumed", at=now, by=by)
    return bool(lifted)


def _not_yet():
    """Pauses that are open and whose time to look again has not come, or which need a person."""
    open_ones = RunPause.objects.filter(lifted_at=None)
    return open_ones.exclude(reason__in=MENDS_ITSELF, look_again_at__lte=Now())


def _unsent_minor(run: PayRun) -> int:
    return _sum(run.disbursements)


def _promised_elsewhere(run: PayRun) -> int:
    """What runs that go on in the same currency are about to send from the same float. What waits,
    with its run or by itself, does not keep others waiting."""
    others = Disbursement.objects.filter(
        pay_run__in=sendable_runs().filter(fund__currency=run.fund.currency), held_reason=""
    )
    return _sum(others.exclude(pay_run=run))


def _sum(disbursements) -> int:
    unsent = disbursements.filter(state__in=["queued", "submitting", "unknown"])
    return unsent.aggregate(total=Sum("amount_minor"))["total"] or 0


def _locked(run: PayRun) -> PayRun:
    return PayRun.objects.select_for_update(of=("self",)).select_related("fund").get(pk=run.pk)
