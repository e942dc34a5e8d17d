"""From "due" to "approved": one person prepares a list, another approves exactly that list."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.money import in_words
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from payments.lifecycles import DISBURSEMENT, PAY_RUN
from payments.models import Fund, LeftOut, PayRun, PayRunApproval, PayRunLine
from payments.operations.disbursements import queue
from payments.queries import LIVE, Due, due_in, lines_as_prepared, lines_now, sent_minor, total_of
from payments.rules import content_hash

FURTHEST_AHEAD = timedelta(days=31)


class NobodyToPay(Refused):
    """The run would be empty; the message says what is in the way."""

    code = "nobody-to-pay"


class Changed(Refused):
    """What would be sent is no longer what was previewed."""

    code = "changed-since-preview"


@transaction.atomic
def prepare(*, fund: Fund, due_by: date, preparer: User, by: str, now: datetime) -> PayRun:
    """List what is due by a day: who is to be paid, and who is left out for which reason.

    The fund is locked, so that of two people preparing at once the second sees the first's list.
    """
    if due_by > now.date() + FURTHEST_AHEAD:
        raise Invalid("A pay run reaches at most a month ahead. Check the date.", field="due_by")
    Fund.objects.select_for_update().get(pk=fund.pk)
    due = due_in(fund, due_by)
    payable = [one for one in due if not one.left_out]
    if not payable:
        raise NobodyToPay(_nobody(due, due_by))
    run = PayRun.objects.create(
        fund=fund, due_by=due_by, prepared_by=preparer, prepared_at=now, state_changed_at=now
    )
    PayRunLine.objects.bulk_create(
        PayRunLine(
            pay_run=run,
            instalment=one.instalment,
            amount_minor=one.instalment.amount_minor,
            destination=one.destination,
            due_date=one.instalment.due_date,
        )
        for one in payable
    )
    LeftOut.objects.bulk_create(
        LeftOut(pay_run=run, instalment=one.instalment, reason=one.left_out)
        for one in due
        if one.left_out
    )
    AuditEvent.record(
        run, "pay run.prepared", at=now, by=by, lines=len(payable), left_out=len(due) - len(payable)
    )
    return run


@transaction.atomic
def submit_for_approval(*, run: PayRun, preparer: User, by: str, now: datetime) -> PayRun:
    """Freeze the list that was previewed, and ask for a second pair of eyes.

    Only whoever prepared the run submits it: one person never does both halves.
    """
    run = _locked(run)
    if preparer.pk != run.prepared_by_id:
        raise NotAllowed("Someone else prepared this pay run. They have to freeze its list.")
    frozen = content_hash(lines_as_prepared(run))
    _check_unchanged(run, frozen)
    PAY_RUN.move(run, "previewed", now=now, by=by, content_hash=frozen)
    return run


@transaction.atomic
def approve(*, run: PayRun, approver: User, by: str, now: datetime) -> PayRun:
    """Approve exactly the list that was previewed, and queue its disbursements; or do neither.

    1. Not by whoever prepared it.
    2. Not if a person, an amount, a destination or a date has changed since the preview.
    3. Not beyond the fund's budget.
    """
    run = _locked(run)
    if approver.pk == run.prepared_by_id:
        raise NotAllowed("You prepared this pay run. Someone else has to approve it.")
    if not PAY_RUN.allows(run.state, "approved"):
        raise Refused(f"This pay run is {run.get_state_display().lower()}: nothing to approve.")
    _check_unchanged(run, run.content_hash)
    _check_budget(run)
    PayRunApproval.objects.create(
        pay_run=run,
        prepared_by_id=run.prepared_by_id,
        approver=approver,
        content_hash=run.content_hash,
        approved_at=now,
    )
    PAY_RUN.move(run, "approved", now=now, by=by)
    queue(run=run, by=by, now=now)
    return run


@transaction.atomic
def stop(*, run: PayRun, by: str, now: datetime) -> PayRun:
    """Send nothing more of this run. What is on its way stays on its way; the rest is owed
    again."""
    run = _locked(run)
    PAY_RUN.move(run, "stopped", now=now, by=by)
    _let_go_of_unsent(run, by=by, now=now)
    return run


@transaction.atomic
def bring_up_to_date(*, run: PayRun, by: str, now: datetime) -> None:
    """Move a run on as its disbursements move: sending once one is sent, done once all are over.

    Of a stopped run, what has turned out not to be sent is owed again.
    """
    run = _locked(run)
    if run.state == "stopped":
        _let_go_of_unsent(run, by=by, now=now)
        return
    states = Counter(run.disbursements.values_list("state", flat=True))
    if run.state == "approved" and set(states) != {"queued"}:
        PAY_RUN.move(run, "sending", now=now, by=by)
    if run.state == "sending" and set(states) <= {"paid", "failed", "returned"}:
        PAY_RUN.move(run, "done", now=now, by=by)
        run.lines.update(is_open=False)


def _locked(run: PayRun) -> PayRun:
    return PayRun.objects.select_for_update(of=("self",)).select_related("fund").get(pk=run.pk)


def _let_go_of_unsent(run: PayRun, *, by: str, now: datetime) -> None:
    unsent = run.disbursements.filter(state="queued", has_open_try=False).select_for_update()
    DISBURSEMENT.move_locked(
        list(unsent), "failed", now=now, by=by, failure="run_stopped", held_reason=""
    )
    live = run.disbursements.filter(LIVE).values("instalment")
    run.lines.exclude(instalment__in=live).update(is_open=False)


def _check_unchanged(run: PayRun, frozen: str) -> None:
    now_it_is, prepared = content_hash(lines_now(run)), content_hash(lines_as_prepared(run))
    if not now_it_is == prepared == frozen:
        raise Changed(
            "Something in this pay run has changed since it was previewed. "
            "Stop it and prepare a new one."
        )


def _check_budget(run: PayRun) -> None:
    """Counted under the fund's lock, so that two runs cannot both have the last of it."""
    fund = Fund.objects.select_for_update().get(pk=run.fund_id)
    missing = sent_minor(fund) + total_of(run) - fund.budget_minor
    if missing > 0:
        raise Refused(
            f"The budget of “{fund.name}” is {in_words(missing, fund.currency)} too small "
            "for this pay run. Raise the budget, or stop this run."
        )


def _nobody(due: list[Due], due_by: date) -> str:
    if not due:
        return f"Nothing is due by {due_by:%d %B %Y} that has not been sent."
    reasons = Counter(str(LeftOut.Reason(one.left_out).label) for one in due)
    said = "; ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items()))
    return f"Nobody can be paid by {due_by:%d %B %Y} yet: {said}."
