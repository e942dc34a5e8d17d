"""Payments that wait, and payments that stop: nothing more is sent, and nothing is lost."""

from datetime import date

import pytest

from cashpilot.core.refusals import Refused
from payments.models import Disbursement
from payments.operations import pay_runs, schedules, sending
from tests.factories import BY, NOON, a_prepared_run, an_approved_run, ready
from tests.payments.schedule_world import sums_of, who
from tests.payments.sending_world import claim, look_again, send, transfers_at

pytestmark = pytest.mark.django_db
ONE = 36_000


def test_what_is_held_is_left_out_and_caught_up_when_it_goes_on(award):
    schedules.hold_award(award=award, reason="asked_for", **who())
    with pytest.raises(pay_runs.NobodyToPay, match="payments are held"):
        a_prepared_run(award.enrolment.pilot, due_by=date(2026, 4, 2))
    with pytest.raises(Refused, match="held already"):
        schedules.hold_award(award=award, reason="asked_for", **who())

    schedules.resume_award(award=award, **who())

    run = a_prepared_run(award.enrolment.pilot, due_by=date(2026, 4, 2))
    assert run.lines.count() == 2


def test_what_was_approved_and_is_held_then_is_not_sent_until_it_goes_on(award, provider, sandbox):
    ready(award.enrolment, sandbox.create_account("GB"))
    an_approved_run(award.enrolment.pilot)
    schedules.hold_award(award=award, reason="safeguarding", **who())

    assert send(provider) == 0
    one = Disbursement.objects.get()
    assert (one.state, one.held_reason) == ("queued", "staff_check")
    schedules.resume_award(award=award, **who())
    send(provider)

    one.refresh_from_db()
    assert one.state == "submitted"


def test_stopping_cancels_what_is_not_sent_and_leaves_what_is(award, provider, sandbox):
    ready(award.enrolment, sandbox.create_account("GB"))
    an_approved_run(award.enrolment.pilot)
    send(provider)

    amendment = schedules.stop_award(award=award, reason="Left the cash", **who())

    assert amendment.difference_minor == -5 * ONE
    assert sums_of(award) == [("regular", ONE)]
    assert Disbursement.objects.get().state == "submitted"


def test_stopping_gives_up_what_was_approved_and_certainly_not_asked_for(award, provider, sandbox):
    an_approved_run(award.enrolment.pilot)

    schedules.stop_award(award=award, reason="Died", **who())

    assert Disbursement.objects.get().state == "failed"
    assert sums_of(award) == []
    assert send(provider) == 0


def one_that_may_have_been_sent(award, provider, sandbox, fault):
    ready(award.enrolment, sandbox.create_account("GB"))
    an_approved_run(award.enrolment.pilot)
    sandbox.fault(fault, path="/v1/transfers", method="POST")
    send(provider)
    one = Disbursement.objects.get()
    assert one.state == "unknown"
    return one


def test_what_is_held_is_not_asked_for_again_while_nobody_knows_of_the_first_time(
    award, provider, sandbox
):
    one_that_may_have_been_sent(award, provider, sandbox, "drop_before")
    schedules.hold_award(award=award, reason="safeguarding", **who())

    look_again(provider)
    assert len(transfers_at(sandbox)) == 1
    schedules.resume_award(award=award, **who())
    look_again(provider)

    assert len(transfers_at(sandbox)) == 2
    assert Disbursement.objects.get().state == "submitted"


@pytest.mark.parametrize(
    ("fault", "state"), [("drop_before", "unknown"), ("drop_after", "submitted")]
)
def test_after_a_stop_what_may_have_been_sent_is_found_and_never_asked_for_again(
    award, provider, sandbox, fault, state
):
    one = one_that_may_have_been_sent(award, provider, sandbox, fault)
    stopped = schedules.stop_award(award=award, reason="Died", **who())

    look_again(provider)

    one.refresh_from_db()
    assert (one.state, len(transfers_at(sandbox))) == (state, 1)
    schedules.restore_award(award=award, stopped=stopped, reason="A mistake", **who())
    look_again(provider)
    one.refresh_from_db()
    assert one.state == "submitted"


def test_what_was_claimed_before_a_hold_is_put_back_unasked(award, provider, sandbox):
    ready(award.enrolment, sandbox.create_account("GB"))
    an_approved_run(award.enrolment.pilot)
    token, (one,) = claim(provider)
    schedules.hold_award(award=award, reason="safeguarding", **who())

    sending.send_one(disbursement=one, token=token, provider=provider, by=BY, now=NOON)

    one.refresh_from_db()
    assert (one.state, transfers_at(sandbox)) == ("queued", [])


def test_a_stop_by_mistake_comes_back_whole(award):
    stopped = schedules.stop_award(award=award, reason="Mistaken for another", **who())

    schedules.restore_award(award=award, stopped=stopped, reason="It was another", **who())

    assert [amount for _, amount in sums_of(award)] == [ONE] * 6
    with pytest.raises(Refused, match="come back already"):
        schedules.restore_award(award=award, stopped=stopped, reason="Again", **who())
    assert len(sums_of(award)) == 6
