"""Two pairs of eyes on exactly one list."""

from datetime import date

import pytest

from cashpilot.core.access import Role
from cashpilot.core.refusals import IllegalMove, NotAllowed, Refused
from payments.models import Disbursement, Fund, Instalment, PayRun, PayRunApproval, Recipient
from payments.operations import pay_runs, waiting
from payments.queries import preview_of
from tests.factories import (
    BY,
    NOON,
    PLENTY,
    a_member,
    a_pilot,
    a_prepared_run,
    an_approved_run,
    an_approver_now,
    an_enrolment,
    ready,
)

pytestmark = pytest.mark.django_db


def approve(run, approver, available=PLENTY):
    return pay_runs.vote(run=run, approver=approver, available_minor=available, by=BY, now=NOON)


def test_a_run_holds_what_is_due_and_says_who_is_left_out_and_why():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    an_enrolment(pilot, name="Ben Example")
    ready(an_enrolment(pilot, name="Carys Example"))
    Recipient.objects.filter(enrolment__participant__name="Carys Example").update(status="pending")

    preview = preview_of(a_prepared_run(pilot))

    assert [line.amount_minor for line in preview.lines] == [36_000]
    left_out = {
        one.instalment.award.enrolment.participant.name: one.reason for one in preview.left_out
    }
    assert left_out == {"Ben Example": "new", "Carys Example": "pending"}


def test_missed_days_are_caught_up():
    pilot = a_pilot()
    ready(an_enrolment(pilot))

    run = a_prepared_run(pilot, due_by=date(2026, 4, 2))

    assert preview_of(run).total_minor == 2 * 36_000


def test_what_is_in_one_run_is_left_out_of_the_next():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    a_prepared_run(pilot)

    with pytest.raises(pay_runs.NobodyToPay, match="another pay run"):
        a_prepared_run(pilot)

    assert PayRun.objects.count() == 1


def test_a_run_with_nobody_in_it_is_refused_with_what_is_in_the_way():
    pilot = a_pilot()
    an_enrolment(pilot)

    with pytest.raises(pay_runs.NobodyToPay, match="1 × We do not know yet where"):
        a_prepared_run(pilot)

    assert not PayRun.objects.exists()


def test_whoever_prepared_a_run_cannot_approve_it_whatever_their_roles():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    an_approver_now(pilot, run.prepared_by.email)

    with pytest.raises(NotAllowed, match="You prepared this pay run"):
        approve(run, run.prepared_by)

    assert not Disbursement.objects.exists()
    assert not PayRunApproval.objects.exists()


def test_a_list_that_nobody_froze_cannot_be_approved():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)

    with pytest.raises(Refused, match="nothing to approve"):
        approve(run, a_member(pilot, Role.APPROVER))

    assert not Disbursement.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda: Recipient.objects.update(provider_account="acct_other"),
        lambda: Instalment.objects.update(amount_minor=1),
        lambda: Instalment.objects.update(due_date=date(2026, 1, 1)),
        lambda: Instalment.objects.update(state="cancelled"),
    ],
    ids=["destination", "amount", "date", "cancelled"],
)
def test_what_changed_since_the_preview_is_not_approved(change):
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    change()

    with pytest.raises(pay_runs.Changed, match="changed since it was previewed"):
        approve(run, a_member(pilot, Role.APPROVER))

    run.refresh_from_db()
    assert run.state == "previewed"
    assert not Disbursement.objects.exists()


def test_a_run_beyond_the_budget_is_not_approved():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    Fund.objects.update(budget_minor=1)

    with pytest.raises(Refused, match="too small"):
        approve(run, a_member(pilot, Role.APPROVER))

    assert not Disbursement.objects.exists()


def test_a_stopped_run_leaves_everything_owed_again():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    run = an_approved_run(pilot)

    pay_runs.stop(run=run, by=BY, now=NOON)

    assert run.disbursements.get().state == "failed"
    assert preview_of(a_prepared_run(pilot)).total_minor == 36_000
    run.refresh_from_db()
    with pytest.raises(IllegalMove):
        pay_runs.stop(run=run, by=BY, now=NOON)


def test_only_what_certainly_was_not_sent_can_be_withdrawn():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    disbursement = an_approved_run(pilot).disbursements.get()
    Disbursement.objects.update(has_open_try=True)

    with pytest.raises(Refused, match="may have been sent"):
        waiting.withdraw(disbursement=disbursement, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert disbursement.state == "queued"


def test_only_whoever_prepared_a_run_freezes_its_list():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)
    tom = a_member(pilot, Role.PREPARER)

    with pytest.raises(NotAllowed, match="Someone else prepared"):
        pay_runs.submit_for_approval(run=run, preparer=tom, by=BY, now=NOON)

    run.refresh_from_db()
    assert run.state == "prepared"


def test_what_changed_between_preparing_and_freezing_is_not_frozen():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)
    Instalment.objects.update(amount_minor=50_000)

    with pytest.raises(pay_runs.Changed):
        pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)

    run.refresh_from_db()
    assert run.state == "prepared"
