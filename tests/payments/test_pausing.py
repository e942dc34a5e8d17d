"""A run starts when all its money is there, and pauses when going on would help nobody."""

import uuid

import pytest

from cashpilot.core.refusals import Refused
from payments.models import PayRun, RunPause, SendAttempt
from payments.operations import claiming, pausing, sending, waiting
from payments.providers import get_provider
from tests.factories import BY, NOON, a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.sending_world import claim, look_again, send, transfers_at

pytestmark = pytest.mark.django_db
ONE = 36_000


@pytest.fixture
def run(sandbox, provider):
    """An approved run for four people, £360 each."""
    pilot = a_pilot()
    for name in ("Amina", "Bola", "Chidi", "Dara"):
        person = an_enrolment(pilot, name=f"{name} Example", email=f"{name}@example.org")
        ready(person, sandbox.create_account("GB"))
    return an_approved_run(pilot)


def the_pause():
    return RunPause.objects.get(lifted_at=None)


def test_a_run_starts_only_when_its_whole_sum_is_at_the_provider(run, provider, sandbox):
    sandbox.set_float("gbp", 4 * ONE - 1)

    send(provider)

    run.refresh_from_db()
    assert run.state == "approved"
    assert (the_pause().reason, the_pause().missing_minor) == ("funds", 1)
    assert transfers_at(sandbox) == []


def test_a_run_that_waits_for_money_starts_once_a_top_up_arrives(run, provider, sandbox):
    sandbox.set_float("gbp", ONE)
    send(provider)
    send(provider)
    assert transfers_at(sandbox) == []

    sandbox.add_float("gbp", 3 * ONE)
    pausing.look_soon(by=BY, now=NOON)
    send(provider)

    run.refresh_from_db()
    assert run.state == "sending"
    assert not RunPause.objects.filter(lifted_at=None).exists()
    assert len(transfers_at(sandbox)) == 4


def test_two_runs_cannot_both_start_on_the_same_money(run, provider, sandbox):
    other = a_pilot(name="Mill Lane Cash Pilot")
    person = an_enrolment(other, name="Esi Example", email="esi@example.org")
    ready(person, sandbox.create_account("GB"))
    an_approved_run(other)
    sandbox.set_float("gbp", 4 * ONE)

    pausing.start_approved(provider=provider, by=BY, now=NOON)

    assert PayRun.objects.filter(state="sending").count() == 1
    assert the_pause().missing_minor == ONE


def test_money_that_runs_out_stops_the_whole_run_and_not_each_payment_by_itself(
    run, provider, sandbox
):
    token, claimed = claim(provider)
    sandbox.set_float("gbp", ONE)

    for one in claimed:
        sending.send_one(disbursement=one, token=token, provider=provider, by=BY, now=NOON)

    states = sorted(run.disbursements.values_list("state", flat=True))
    assert states == ["queued", "queued", "queued", "submitted"]
    assert len(transfers_at(sandbox)) == 2
    assert the_pause().reason == "funds"


def test_a_run_that_was_stopped_by_missing_money_goes_on_when_it_is_there(run, provider, sandbox):
    claim(provider, limit=0)
    sandbox.set_float("gbp", ONE)
    send(provider)
    assert run.disbursements.filter(state="queued").count() == 3

    sandbox.add_float("gbp", 3 * ONE)
    pausing.look_soon(by=BY, now=NOON)
    waiting.release_waiting(provider=provider, by=BY, now=NOON)
    send(provider)

    assert run.disbursements.filter(state="submitted").count() == 4
    assert sandbox.state()["float"]["gbp"] == 0


def test_a_fund_whose_budget_is_spent_starts_nothing(run, provider, sandbox):
    fund = run.fund
    type(fund).objects.filter(pk=fund.pk).update(budget_minor=4 * ONE - 1)

    send(provider)

    assert (the_pause().reason, the_pause().missing_minor) == ("budget", 1)
    assert transfers_at(sandbox) == []


def test_a_refused_key_pauses_the_run_after_one_call(run, provider, settings, sandbox):
    claim(provider, limit=0)
    settings.STRIPE_API_KEY = "not a key"
    wrong = get_provider()

    send(wrong)

    assert the_pause().reason == "credentials"
    assert len(transfers_at(sandbox)) == 1
    assert set(run.disbursements.values_list("state", flat=True)) == {"queued"}
    assert {one.idempotency_key[-3:] for one in run.disbursements.all()} == {"_a1"}

    pausing.resume(run=run, by=BY, now=NOON)
    send(provider)
    assert run.disbursements.filter(state="submitted").count() == 4


def test_one_key_with_two_bodies_pauses_the_run_and_is_never_given_another_key(
    run, provider, sandbox
):
    sandbox.fault("drop_after", path="/v1/transfers", method="POST")
    claim(provider, limit=0)
    send(provider)
    row = run.disbursements.get(state="unknown")
    row.request_body["amount"] = 1
    token = uuid.uuid4()
    claiming.start_try(disbursements=[row], token=token, by=BY, now=NOON)
    sending.send_one(disbursement=row, token=token, provider=provider, by=BY, now=NOON)

    row.refresh_from_db()
    assert (row.state, row.held_reason) == ("unknown", "review")
    assert row.idempotency_key.endswith("_a1")
    assert the_pause().reason == "key_reused"


def test_three_refusals_alike_pause_the_run(run, provider, sandbox):
    for one in run.disbursements.all():
        body = one.request_body | {"destination": "acct_sbx_nobody"}
        type(one).objects.filter(pk=one.pk).update(request_body=body)

    send(provider)

    assert the_pause().reason == "repeated"
    assert len(transfers_at(sandbox)) == 3


def test_what_is_unknown_in_a_paused_run_is_looked_up_but_not_sent(run, provider, sandbox):
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    pausing.pause_by_hand(run=PayRun.objects.get(), by=BY, now=NOON)
    before = len(transfers_at(sandbox)), SendAttempt.objects.count()

    look_again(provider)

    assert run.disbursements.filter(state="unknown").count() == 1
    assert (len(transfers_at(sandbox)), SendAttempt.objects.count()) == before

    pausing.resume(run=run, by=BY, now=NOON)
    look_again(provider)
    assert run.disbursements.filter(state="submitted").count() == 4


def test_what_was_claimed_before_a_pause_is_put_back_unasked(run, provider, sandbox):
    token, claimed = claim(provider)
    pausing.pause_by_hand(run=PayRun.objects.get(), by=BY, now=NOON)

    sending.send_one(disbursement=claimed[0], token=token, provider=provider, by=BY, now=NOON)

    claimed[0].refresh_from_db()
    assert claimed[0].state == "queued"
    assert transfers_at(sandbox) == []


def test_a_run_that_is_not_under_way_cannot_be_paused(run):
    PayRun.objects.update(state="done")

    with pytest.raises(Refused, match="approved or being sent"):
        pausing.pause_by_hand(run=PayRun.objects.get(), by=BY, now=NOON)

    assert not RunPause.objects.exists()


def test_a_run_that_is_not_paused_cannot_be_resumed(run):
    with pytest.raises(Refused, match="not paused"):
        pausing.resume(run=run, by=BY, now=NOON)
