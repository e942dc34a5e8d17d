"""From "due" to "approved": one person prepares a list, others approve exactly that list."""

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction

from cashpilot.core.locks import FLOAT, FREEZING, hold_until_the_end
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.money import in_words
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from payments.lifecycles import DISBURSEMENT, PAY_RUN
from payments.models import Fund, LeftOut, PayRun, PayRunApproval, PayRunLine
from payments.operations.disbursements import queue
from payments.providers.base import Provider
from payments.queries import (
    LIVE,
    Due,
    due_in,
    frozen_lately_minor,
    lines_as_prepared,
    lines_now,
    sent_minor,
    thresholds_of,
    total_of,
    unsent_minor,
)
from payments.queries.destinations import has_shared_account
from payments.rules import approvals_needed, content_hash

FURTHEST_AHEAD = timedelta(days=31)
LONGEST_REASON = 200


class NobodyToPay(Refused):
    """The run would be empty; the message says what is in the way."""

    code = "nobody-to-pay"


class Changed(Refused):
    """What would be sent is no longer what was previewed."""

    code = "changed-since-preview"


class TooLittleMoney(Refused):
    """The provider does not hold what the run would send; the message says how much is missing."""

    code = "too-little-money"


@transaction.atomic
def prepare(*, fund: Fund, due_by: date, preparer: User, by: str, now: datetime) -> PayRun:
    """List what is due by a day: who is to be paid, and who is left out for which reason.

    The fund is locked, so that of two people preparing at once the second sees the first's list.
    """
    if due_by > now.date() + FURTHEST_AHEAD:
        raise Invalid("A pay run reaches at most a month ahead. Check the date.", field="due_by")
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    due = due_in(fund, due_by, now)
    payable = [one for one in due if not one.left_out]
    if not payable:
        raise NobodyToPay(_nobody(due, due_by))
    run = PayRun.objects.create(
        fund=fund, due_by=due_by, prepared_by=preparer, prepared_at=now, state_changed_at=now
    )
    PayRunLine.objects.bulk_create(_line(run, one) for one in payable)
    LeftOut.objects.bulk_create(
        LeftOut(pay_run=run, instalment_id=one.instalment_id, reason=one.left_out)
        for one in due
        if one.left_out
    )
    AuditEvent.record(
        run, "pay run.prepared", at=now, by=by, lines=len(payable), left_out=len(due) - len(payable)
    )
    return run


@transaction.atomic
def submit_for_approval(*, run: PayRun, preparer: User, by: str, now: datetime) -> PayRun:
    """Freeze the list that was previewed, and how many people have to approve it.

    Only whoever prepared the run submits it: one person never does both halves. Its sum counts
    with those of the pilot's other runs of the last day, so that nothing is won by cutting it up.
    Thresholds that change later do not change this run.
    """
    run = _locked(run)
    if preparer.pk != run.prepared_by_id:
        raise NotAllowed("Someone else prepared this pay run. They have to freeze its list.")
    frozen = content_hash(lines_as_prepared(run).values())
    _check_unchanged(run, frozen)
    hold_until_the_end(FREEZING, str(run.fund.pilot_id))
    total = total_of(run) + frozen_lately_minor(run, now)
    needed = approvals_needed(total, thresholds_of(run.fund.pilot_id, now))
    changes = {"content_hash": frozen, "approvals_needed": needed, "frozen_at": now}
    PAY_RUN.move(run, "previewed", now=now, by=by, **changes)
    return run


def approve(*, run: PayRun, approver: User, provider: Provider, by: str, now: datetime) -> PayRun:
    """Vote for exactly the list that was previewed; the last vote needed queues its disbursements.

    The provider is asked first, outside any transaction, how much money it holds for us.
    """
    _check_may_vote(PayRun.objects.get(pk=run.pk), approver)
    available = provider.float_available(run.fund.currency)
    return vote(run=run, approver=approver, available_minor=available, by=by, now=now)


@transaction.atomic
def vote(*, run: PayRun, approver: User, available_minor: int, by: str, now: datetime) -> PayRun:
    """One person's approval, or none of it.

    1. Not by whoever prepared it, or changed a destination in it; and one vote a person.
    2. Not if a person, an amount, a destination or a date has changed since the preview, or an
       account has come to be somebody else's too.
    3. Not beyond the fund's budget, nor beyond the `available_minor` at the provider.
    """
    run = _locked(run)
    _check_may_vote(run, approver)
    fund = _locked_fund(run)
    _check_unchanged(run, run.content_hash)
    _check_destinations(run)
    _check_budget(run, fund)
    _check_float(run, available_minor)
    PayRunApproval.objects.create(
        pay_run=run,
        prepared_by_id=run.prepared_by_id,
        approver=approver,
        content_hash=run.content_hash,
        approved_at=now,
    )
    if run.approvals.count() < run.approvals_needed:
        AuditEvent.record(run, "pay run.vote", at=now, by=by)
        return run
    PAY_RUN.move(run, "approved", now=now, by=by)
    queue(run=run, by=by, now=now)
    return run


@transaction.atomic
def send_back(*, run: PayRun, approver: User, reason: str, by: str, now: datetime) -> PayRun:
    """Say no to a list, and why: the run ends, and everything in it is owed again."""
    run = _locked(run)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(f"Say why, in at most {LONGEST_REASON} characters.", field="reason")
    if run.state != PayRun.State.PREVIEWED:
        raise Refused(f"This pay run is {run.get_state_display().lower()}: nothing to send back.")
    if approver.pk == run.prepared_by_id:
        raise NotAllowed("You prepared this pay run. Stop it instead.")
    PAY_RUN.move(run, "stopped", now=now, by=by, sent_back_reason=reason)
    _let_go_of_unsent(run, by=by, now=now)
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
    """Call a run done once all its disbursements are over.

    Of a stopped run, what has turned out not to be sent is owed again.
    """
    run = _locked(run)
    if run.state == "stopped":
        _let_go_of_unsent(run, by=by, now=now)
        return
    open_ones = run.disbursements.exclude(state__in=["paid", "failed", "returned"])
    if run.state == "sending" and not open_ones.exists():
        PAY_RUN.move(run, "done", now=now, by=by)
        run.lines.update(is_open=False)


def _line(run: PayRun, one: Due) -> PayRunLine:
    return PayRunLine(
        pay_run=run,
        instalment_id=one.instalment_id,
        amount_minor=one.amount_minor,
        destination=one.destination,
        bank_mark=one.bank_mark,
        destination_edited_by_id=one.edited_by_id,
        due_date=one.due_date,
    )


def _locked(run: PayRun) -> PayRun:
    return PayRun.objects.select_for_update(of=("self",)).select_related("fund").get(pk=run.pk)


def _let_go_of_unsent(run: PayRun, *, by: str, now: datetime) -> None:
    unsent = run.disbursements.filter(state="queued", has_open_try=False).select_for_update()
    DISBURSEMENT.move_locked(
        list(unsent), "failed", now=now, by=by, failure="run_stopped", held_reason=""
    )
    live = run.disbursements.filter(LIVE).values("instalment")
    run.lines.filter(is_open=True).exclude(instalment__in=live).update(is_open=False)


def _check_may_vote(run: PayRun, approver: User) -> None:
    if approver.pk == run.prepared_by_id:
        raise NotAllowed("You prepared this pay run. Someone else has to approve it.")
    if run.state != PayRun.State.PREVIEWED:
        raise Refused(f"This pay run is {run.get_state_display().lower()}: nothing to approve.")
    if run.lines.filter(destination_edited_by=approver).exists():
        raise NotAllowed(
            "You changed where one of these payments goes. Someone else has to approve this run."
        )
    if run.approvals.filter(approver=approver).exists():
        raise Refused("You have approved this pay run already. It waits for one more person.")


def _check_unchanged(run: PayRun, frozen: str) -> None:
    now_it_is = content_hash(lines_now(run))
    prepared = content_hash(lines_as_prepared(run).values())
    if not now_it_is == prepared == frozen:
        raise Changed(
            "Something in this pay run has changed since it was previewed. "
            "Stop it and prepare a new one."
        )


def _check_destinations(run: PayRun) -> None:
    if has_shared_account(run):
        raise Changed(
            "Two people of this pay run, or of the pilot, are now paid into one bank account. "
            "Stop this run and prepare a new one, or have two people look at the account."
        )


def _locked_fund(run: PayRun) -> Fund:
    """Whoever changes, stops or takes back a promise holds this lock too, so that what approval
    compares stays so until it is queued; and two runs cannot both have the last of the budget."""
    return Fund.objects.select_for_update(no_key=True).get(pk=run.fund_id)


def _check_budget(run: PayRun, fund: Fund) -> None:
    missing = sent_minor(fund) + total_of(run) - fund.budget_minor
    if missing > 0:
        raise Refused(
            f"The budget of “{fund.name}” is {in_words(missing, fund.currency)} too small "
            "for this pay run. Raise the budget, or stop this run."
        )


def _check_float(run: PayRun, available: int) -> None:
    """With what other runs have still to send from the same money, whichever pilot's they are."""
    hold_until_the_end(FLOAT, run.fund.currency)
    missing = unsent_minor(run.fund.currency) + total_of(run) - available
    if missing > 0:
        raise TooLittleMoney(
            f"There is {in_words(missing, run.fund.currency)} too little at the payment provider "
            "for this pay run. Top up the balance there, then approve."
        )


def _nobody(due: list[Due], due_by: date) -> str:
    if not due:
        return f"Nothing is due by {due_by:%d %B %Y} that has not been sent."
    reasons = Counter(str(LeftOut.Reason(one.left_out).label) for one in due)
    said = "; ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items()))
    return f"Nobody can be paid by {due_by:%d %B %Y} yet: {said}."
