"""Sending money, and taking it back."""

import pytest
import stripe

from tests.contracts.asking import ask, transfer


def test_a_transfer_moves_money_from_the_float_to_the_person(funded, person, stripe_client):
    sent = stripe_client.v1.transfers.create(transfer(person), {"idempotency_key": "cp_dsb_1_a1"})

    assert (sent.amount, sent.currency, sent.destination, sent.transfer_group) == (
        50_000,
        "gbp",
        person,
        "cp_dsb_1",
    )
    assert sent.metadata["cashpilot_disbursement"] == "dsb_1"
    assert stripe_client.v1.balance.retrieve().available[0].amount == 950_000
    assert (
        stripe_client.v1.balance.retrieve({}, {"stripe_account": person}).pending[0].amount
        == 50_000
    )
    assert funded.state()["payments"]["dsb_1"] == {
        "transfers": 1,
        "sent": 50_000,
        "arrived": 0,
        "ids": [sent.id],
    }


def test_every_answer_names_its_request_its_version_and_the_sandbox_s_time(funded, person):
    funded.set_clock("2030-01-02T03:04:05+00:00")

    _, headers, _ = ask(funded, "GET", "/v1/balance")

    assert headers["Request-Id"].startswith("req_sbx")
    assert headers["Stripe-Version"] == "2026-10-28.endive"
    assert headers["Date"].startswith("Wed, 02 Jan 2030 03:04:0")


def test_a_transfer_beyond_the_float_is_declined_and_nothing_moves(funded, person, stripe_client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.transfers.create(transfer(person, amount=1_000_001))

    assert (refused.value.http_status, refused.value.code) == (400, "balance_insufficient")
    assert funded.state()["transfers"] == 0
    assert funded.state()["float"] == {"gbp": 1_000_000}


def test_the_float_is_kept_by_currency(funded, person, stripe_client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.transfers.create(transfer(person, currency="usd"))

    assert refused.value.code == "balance_insufficient"


@pytest.mark.parametrize("trouble", ["restrict", "reject"])
def test_a_person_who_is_not_ready_is_not_paid(funded, person, stripe_client, trouble):
    getattr(funded, trouble)(person)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.transfers.create(transfer(person))

    assert refused.value.code == "insufficient_capabilities_for_transfer"
    assert funded.state()["transfers"] == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": None}, "parameter_missing"),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"destination": "acct_nobody"}, "resource_missing"),
        ({"idempotency_key": "k"}, "parameter_unknown"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(funded, person, stripe_client, change, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.transfers.create({**transfer(person), **change})

    assert refused.value.code == code
    assert funded.state()["transfers"] == 0


def test_a_transfer_is_a_call_of_the_platform(funded, person, stripe_client):
    with pytest.raises(stripe.InvalidRequestError, match="Stripe-Account"):
        stripe_client.v1.transfers.create(transfer(person), {"stripe_account": person})


def test_an_unknown_transfer_is_not_found(stripe_client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.transfers.retrieve("tr_nobody")

    assert refused.value.http_status == 404


def test_the_first_transfer_to_an_account_number_ending_7703_restricts_the_account(
    funded, stripe_client
):
    person = funded.create_account(bank_number="000123457703")

    first = stripe_client.v1.transfers.create(transfer(person))

    assert first.id
    assert funded.state()["accounts"] == {"restricted": 1}
    funded.restore(person)
    stripe_client.v1.transfers.create(transfer(person, payment="dsb_2"))
    assert funded.state()["accounts"] == {"ready": 1}


def test_a_transfer_can_be_taken_back_in_parts_until_nothing_is_left(funded, person, stripe_client):
    sent = stripe_client.v1.transfers.create(transfer(person))

    stripe_client.v1.transfers.reversals.create(sent.id, {"amount": 20_000})
    part = stripe_client.v1.transfers.retrieve(sent.id)
    stripe_client.v1.transfers.reversals.create(sent.id)
    whole = stripe_client.v1.transfers.retrieve(sent.id)

    assert (part.amount_reversed, part.reversed) == (20_000, False)
    assert (whole.amount_reversed, whole.reversed, len(whole.reversals.data)) == (50_000, True, 2)
    assert funded.state()["payments"]["dsb_1"]["transfers"] == 0
    assert funded.state()["float"] == {"gbp": 1_000_000}


def test_no_more_is_taken_back_than_was_sent(funded, person, stripe_client):
    sent = stripe_client.v1.transfers.create(transfer(person))
    stripe_client.v1.transfers.create(transfer(person, payment="dsb_2"))
    stripe_client.v1.transfers.reversals.create(sent.id, {"amount": 20_000})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.transfers.reversals.create(sent.id, {"amount": 30_001})

    assert refused.value.param == "amount"
    assert stripe_client.v1.transfers.retrieve(sent.id).amount_reversed == 20_000


def test_money_that_has_left_for_the_bank_cannot_be_taken_back(funded, person, stripe_client):
    sent = stripe_client.v1.transfers.create(transfer(person))
    funded.run_payouts()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.transfers.reversals.create(sent.id)

    assert refused.value.code == "balance_insufficient"


def test_metadata_can_be_added_afterwards(person, stripe_client):
    sent = stripe_client.v1.transfers.create(transfer(person))

    changed = stripe_client.v1.transfers.update(
        sent.id, {"metadata": {"cashpilot_pay_run": "run_1"}}
    )

    assert changed.metadata.to_dict() == {
        "cashpilot_disbursement": "dsb_1",
        "cashpilot_pay_run": "run_1",
    }


def test_a_top_up_fills_the_float_when_it_succeeds(sandbox, stripe_client):
    topup = stripe_client.v1.topups.create({"amount": 7_000, "currency": "gbp"})
    before = stripe_client.v1.balance.retrieve()

    sandbox.advance(days=1)

    assert topup.status == "pending"
    assert before.pending[0].amount == 7_000
    assert before.available[0].amount == 0
    assert stripe_client.v1.topups.retrieve(topup.id).status == "succeeded"
    assert stripe_client.v1.balance.retrieve().available[0].amount == 7_000


@pytest.mark.parametrize(
    ("source", "status"), [("src_noAccount", "failed"), ("src_reversed", "reversed")]
)
def test_a_top_up_can_fail_or_be_taken_back(sandbox, stripe_client, source, status):
    topup = stripe_client.v1.topups.create({"amount": 7_000, "currency": "gbp", "source": source})

    sandbox.advance(days=4)

    assert stripe_client.v1.topups.retrieve(topup.id).status == status
    assert sum(sandbox.state()["float"].values()) == 0
