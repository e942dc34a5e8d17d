"""A stopped run: nothing more is sent, what was sent is found, the rest is owed again."""

import pytest

from payments.lifecycles import INSTALMENT
from payments.operations import pay_runs, sending
from payments.queries import due_in
from tests.factories import BY, NOON
from tests.payments.sending_world import claim, look_again, send, transfers_at

pytestmark = pytest.mark.django_db


def stop(disbursement):
    pay_runs.stop(run=disbursement.pay_run, by=BY, now=NOON)


def test_a_stopped_run_sends_nothing_more_of_what_is_unknown_and_owes_it_again(
    disbursement, provider, sandbox, aged
):
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    stop(disbursement)

    look_again(provider)
    assert len(transfers_at(sandbox)) == 1
    aged(disbursement, hours=27)
    look_again(provider)
    pay_runs.bring_up_to_date(run=disbursement.pay_run, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.failure) == ("failed", "run_stopped")
    assert len(transfers_at(sandbox)) == 1
    assert len(due_in(disbursement.pay_run.fund, NOON.date(), NOON)) == 1


def test_what_was_sent_before_the_run_was_stopped_is_found_and_never_owed_again(
    disbursement, provider, sandbox
):
    sandbox.fault("drop_after", path="/v1/transfers", method="POST")
    send(provider)
    stop(disbursement)

    look_again(provider)

    disbursement.refresh_from_db()
    assert disbursement.state == "submitted"
    assert due_in(disbursement.pay_run.fund, NOON.date(), NOON) == []


def test_what_was_put_back_after_the_stop_is_owed_again(disbursement, provider, sandbox):
    token, claimed = claim(provider)
    stop(disbursement)
    sending.send_one(disbursement=claimed[0], token=token, provider=provider, by=BY, now=NOON)

    pay_runs.bring_up_to_date(run=disbursement.pay_run, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert disbursement.state == "failed"
    assert len(due_in(disbursement.pay_run.fund, NOON.date(), NOON)) == 1


def test_what_was_cancelled_after_its_approval_is_not_sent(disbursement, provider, sandbox):
    INSTALMENT.move(disbursement.instalment, "cancelled", now=NOON, by=BY)

    assert send(provider) == 0

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.failure) == ("failed", "cancelled")
    assert transfers_at(sandbox) == []
