"""What became of the money: heard by signed webhook, read again at the provider, applied once."""

import time
from datetime import timedelta

import pytest
import stripe

from cashpilot.core.refusals import Refused
from payments.models import Instalment, LedgerEntry, ProviderEvent
from payments.operations import pay_runs, provider_events, sending, settlement
from payments.providers.base import Payout
from payments.queries import balances_of, due_in
from tests.factories import BY, NOON, a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.hearing_world import LATER, deliver, events_of, hear_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(sandbox, provider):
    """One disbursement that the sandbox has and the bank has not."""
    enrolment = ready(an_enrolment(a_pilot()), sandbox.create_account("GB"))
    run = an_approved_run(enrolment.pilot)
    sending.send_queued(provider=provider, by=BY, now=NOON)
    return run.disbursements.get()


def test_money_that_arrives_moves_everything_together(client, settings, sandbox, provider, sent):
    sandbox.run_payouts(arrive=True)

    hear_all(client, settings, sandbox, provider)

    sent.refresh_from_db()
    assert (sent.state, sent.instalment.state) == ("paid", "settled")
    assert sent.final_at > LATER + timedelta(days=5)
    assert balances_of(sent.pay_run.fund)["participant"] == 36_000
    assert sum(balances_of(sent.pay_run.fund).values()) == 0


def test_hearing_everything_twice_and_backwards_changes_nothing_more(
    client, settings, sandbox, provider, sent
):
    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    before = list(LedgerEntry.objects.order_by("pk").values_list("pk", "kind"))

    for event in reversed(events_of(sandbox)):
        assert deliver(client, settings, event).status_code == 200
    ProviderEvent.objects.update(state="received")
    for event in ProviderEvent.objects.order_by("-pk"):
        provider_events.apply(events=[event], provider=provider, by="provider", now=LATER)

    assert list(LedgerEntry.objects.order_by("pk").values_list("pk", "kind")) == before
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {"applied"}


def test_a_payout_heard_of_before_we_know_its_transfer_is_adopted(
    client, settings, sandbox, provider
):
    enrolment = ready(an_enrolment(a_pilot()), sandbox.create_account("GB"))
    run = an_approved_run(enrolment.pilot)
    sandbox.fault("drop_after", path="/v1/transfers", method="POST")
    sending.send_queued(provider=provider, by=BY, now=NOON)
    assert run.disbursements.get().state == "unknown"
    sandbox.run_payouts(arrive=True)

    paid = next(one for one in events_of(sandbox) if one["type"] == "payout.paid")
    deliver(client, settings, paid)
    provider_events.apply_waiting(provider=provider, by="provider", now=LATER)

    assert run.disbursements.get().state == "paid"
    assert sum(balances_of(run.fund).values()) == 0


@pytest.fixture
def bounced(sandbox, provider):
    """One disbursement whose bank takes the money and sends it back two days later."""
    account = sandbox.create_account("GB", bank_number="000123457701")
    enrolment = ready(an_enrolment(a_pilot()), account)
    run = an_approved_run(enrolment.pilot)
    sending.send_queued(provider=provider, by=BY, now=NOON)
    return run.disbursements.get()


def test_money_the_bank_sends_back_after_arrival_is_owed_and_never_sent_again(
    client, settings, sandbox, provider, bounced
):
    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    bounced.refresh_from_db()
    assert bounced.state == "paid"

    sandbox.advance(days=3)
    hear_all(client, settings, sandbox, provider, now=LATER + timedelta(days=2))

    bounced.refresh_from_db()
    fund = bounced.pay_run.fund
    assert (bounced.state, bounced.returned_to) == ("returned", "recipient")
    assert bounced.instalment.state == "planned"
    assert balances_of(fund)["provider"] == 36_000
    assert due_in(fund, NOON.date(), NOON) == []  # live: it lies in their balance

    sandbox.bank_ok(bounced.destination, bank_number="000123456789")
    sandbox.run_payouts(arrive=True)
    sandbox.advance(days=2)
    hear_all(client, settings, sandbox, provider, now=LATER + timedelta(days=3))
    bounced.refresh_from_db()
    assert (bounced.state, bounced.returned_to) == ("paid", "")
    assert balances_of(fund)["participant"] == 36_000
    assert sandbox.state()["payments"][bounced.public_id]["transfers"] == 1


def test_a_forged_webhook_is_refused_and_nothing_is_kept(client, settings, sandbox, sent):
    event = events_of(sandbox)[-1]

    answer = deliver(client, settings, event, secret="whsec_guessed")

    assert answer.status_code == 400
    assert answer.json()["type"] == "forged"
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("seconds", [-301, 600])
def test_a_webhook_from_another_time_is_refused(client, settings, sandbox, sent, seconds):
    event = events_of(sandbox)[-1]

    answer = deliver(client, settings, event, when=time.time() + seconds)

    assert answer.status_code == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'"x"'])
def test_a_body_that_is_no_event_is_refused(client, settings, body):
    stamp = int(time.time())
    secret = settings.STRIPE_WEBHOOK_SECRETS["platform"]
    text = body.decode("utf-8", "replace")
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{text}", secret)

    answer = client.post(
        "/api/v1/webhooks/stripe/platform/",
        body,
        content_type="application/json",
        headers={"stripe-signature": f"t={stamp},v1={signature}"},
    )

    assert answer.status_code == 400
    assert not ProviderEvent.objects.exists()


def test_an_event_of_the_other_mode_is_kept_and_ignored(client, settings, sandbox, sent):
    event = events_of(sandbox)[-1] | {"livemode": True}

    deliver(client, settings, event)

    kept = ProviderEvent.objects.get()
    assert kept.state == "ignored"
    assert "other mode" in kept.reason


def test_what_no_webhook_brought_is_found_by_the_sweeps(sandbox, provider, sent):
    sandbox.run_payouts(arrive=True)

    provider_events.sweep(provider=provider, by=BY, now=LATER)
    provider_events.sweep_accounts(provider=provider, by=BY, now=LATER)
    provider_events.apply_waiting(provider=provider, by=BY, now=LATER)

    sent.refresh_from_db()
    assert sent.state == "paid"
    assert provider_events.sweep_accounts(provider=provider, by=BY, now=LATER) == 0


def test_a_transfer_of_nobody_waits_for_a_person(client, settings, sandbox, provider, sent):
    account = sandbox.create_account("GB")
    provider.client.v1.transfers.create({"amount": 500, "currency": "gbp", "destination": account})

    hear_all(client, settings, sandbox, provider)

    refused = ProviderEvent.objects.get(state="refused")
    assert "belongs to no payment of ours" in refused.reason


def test_if_the_ledger_cannot_be_written_the_state_does_not_move_either(
    client, settings, sandbox, provider, sent, monkeypatch
):
    def no_ink(**_):
        raise OSError("disk full")

    sandbox.run_payouts(arrive=True)
    monkeypatch.setattr("payments.operations.settlement.post_movement", no_ink)

    with pytest.raises(ExceptionGroup, match="could not be applied"):
        hear_all(client, settings, sandbox, provider)

    sent.refresh_from_db()
    assert sent.state == "submitted"
    assert Instalment.objects.filter(state="settled").count() == 0


def test_a_run_is_done_when_all_its_money_is_there(client, settings, sandbox, provider, sent):
    run = sent.pay_run
    pay_runs.bring_up_to_date(run=run, by=BY, now=NOON)
    run.refresh_from_db()
    assert run.state == "sending"

    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    pay_runs.bring_up_to_date(run=run, by=BY, now=LATER)

    run.refresh_from_db()
    assert run.state == "done"
    assert not run.lines.filter(is_open=True).exists()


def test_an_event_another_worker_is_applying_is_left_to_the_next_look(sandbox, provider, sent):
    provider_events.sweep(provider=provider, by=BY, now=LATER)
    event = ProviderEvent.objects.first()
    stale = ProviderEvent.objects.get(pk=event.pk)
    provider_events.apply(events=[event], provider=provider, by=BY, now=LATER)

    provider_events.apply(events=[stale], provider=provider, by=BY, now=LATER)

    event.refresh_from_db()
    assert event.state == "applied"


def test_a_bounce_whose_webhook_was_lost_is_found_by_the_sweep(
    client, settings, sandbox, provider, bounced
):
    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    sandbox.advance(days=3)

    provider_events.sweep_accounts(provider=provider, by=BY, now=LATER + timedelta(days=1))
    provider_events.apply_waiting(provider=provider, by=BY, now=LATER + timedelta(days=1))

    bounced.refresh_from_db()
    assert (bounced.state, bounced.returned_to) == ("returned", "recipient")


def test_what_was_taken_back_into_our_funds_is_owed_and_can_never_become_paid(
    client, settings, sandbox, provider, sent
):
    provider.client.v1.transfers.reversals.create(sent.provider_reference, {})
    hear_all(client, settings, sandbox, provider)
    sent.refresh_from_db()
    assert (sent.state, sent.returned_to) == ("returned", "funds")
    arrived = Payout("po_late", "paid", 36_000, LATER, LATER.date(), "", True, "")

    with pytest.raises(Refused, match="taken back"):
        settlement.apply_payout(disbursement=sent, payout=arrived, by=BY, now=LATER)

    sent.refresh_from_db()
    assert sent.state == "returned"
    assert balances_of(sent.pay_run.fund)["funds"] == 0
    assert len(due_in(sent.pay_run.fund, NOON.date(), NOON)) == 1
