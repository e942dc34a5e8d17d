"""What is heard moves each payment that it concerns, and no other."""

from datetime import date

import pytest

from payments.models import ProviderEvent, Recipient, RunPause
from payments.operations import sending, settlement, unknown
from tests.factories import BY, NOON, a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.hearing_world import hear_all
from tests.payments.sending_world import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_sent(sandbox, provider):
    """Two payments to one person, which one payout carries to the bank."""
    account = sandbox.create_account("GB")
    enrolment = ready(an_enrolment(a_pilot()), account)
    run = an_approved_run(enrolment.pilot, due_by=date(2026, 4, 2))
    send(provider)
    return list(run.disbursements.order_by("pk"))


def test_a_line_that_cannot_be_acted_on_does_not_hold_back_the_others_of_its_payout(
    client, settings, sandbox, provider, two_sent
):
    strange, good = two_sent
    taken_back = provider.transfer(strange.provider_reference)
    taken_back = type(taken_back)(**vars(taken_back) | {"reversed_minor": strange.amount_minor})
    settlement.reverse(disbursement=strange, transfer=taken_back, by=BY, now=NOON)
    sandbox.run_payouts(arrive=True)

    hear_all(client, settings, sandbox, provider)

    good.refresh_from_db()
    strange.refresh_from_db()
    assert (good.state, strange.state) == ("paid", "returned")
    refused = ProviderEvent.objects.filter(state="refused")
    assert "taken back" in refused.filter(type="payout.paid").get().reason


def test_what_was_sent_and_taken_back_before_we_knew_is_owed_again(sandbox, provider, disbursement):
    sandbox.fault("drop_after", path="/v1/transfers", method="POST")
    send(provider)
    disbursement.refresh_from_db()
    (transfer,) = provider.client.v1.transfers.list({}).data
    provider.client.v1.transfers.reversals.create(transfer.id, {})
    type(disbursement).objects.update(not_before=None)

    unknown.resolve(provider=provider, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.returned_to) == ("returned", "funds")
    kinds = list(disbursement.ledger_entries.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["disbursement", "reversal"]


def test_the_trace_that_banks_ask_for_is_kept(client, settings, sandbox, provider, two_sent):
    sandbox.run_payouts(arrive=True)

    hear_all(client, settings, sandbox, provider)

    two_sent[0].refresh_from_db()
    assert two_sent[0].bank_trace


def test_a_top_up_has_runs_that_wait_for_money_looked_at_at_once(
    client, settings, sandbox, provider, disbursement
):
    sandbox.set_float("gbp", 1)
    send(provider)
    pause = RunPause.objects.get(lifted_at=None)
    assert pause.look_again_at > NOON
    provider.client.v1.topups.create({"amount": 10_000_000, "currency": "gbp"})
    sandbox.advance(days=2)

    hear_all(client, settings, sandbox, provider, now=NOON)
    send(provider)

    disbursement.refresh_from_db()
    assert disbursement.state == "submitted"


def test_a_change_of_what_an_account_may_do_is_read_again(
    client, settings, sandbox, provider, disbursement
):
    sandbox.restrict(disbursement.destination)

    hear_all(client, settings, sandbox, provider)

    assert Recipient.objects.get().status == "action_needed"
    types = set(ProviderEvent.objects.values_list("type", flat=True))
    assert {"account.updated"} <= types
    assert sending.send_queued(provider=provider, by=BY, now=NOON) == 0
