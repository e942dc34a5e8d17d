"""Idempotency keys: the promise that a retry does not pay twice, and where that promise ends."""

import threading
import time

import pytest
import stripe

from tests.contracts.asking import ask, transfer
from tests.sandbox_fixture import client_of

KEY = {"idempotency_key": "cp_dsb_1_a1"}


def test_the_same_key_and_request_give_the_first_answer_again_and_move_nothing(
    funded, person, stripe_client
):
    first = stripe_client.v1.transfers.create(transfer(person), KEY)

    second = stripe_client.v1.transfers.create(transfer(person), KEY)

    assert second.id == first.id
    assert funded.state()["transfers"] == 1
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers


def test_the_order_of_the_parameters_does_not_matter(funded, person, stripe_client):
    first = stripe_client.v1.transfers.create(transfer(person), KEY)

    second = stripe_client.v1.transfers.create(dict(reversed(transfer(person).items())), KEY)

    assert second.id == first.id


def test_the_same_key_with_another_request_is_refused(funded, person, stripe_client):
    stripe_client.v1.transfers.create(transfer(person), KEY)

    with pytest.raises(stripe.IdempotencyError) as refused:
        stripe_client.v1.transfers.create(transfer(person, amount=1), KEY)

    assert refused.value.http_status == 400
    assert funded.state()["transfers"] == 1


def test_a_key_is_forgotten_after_a_day_and_then_pays_again(funded, person, stripe_client):
    first = stripe_client.v1.transfers.create(transfer(person), KEY)
    funded.advance(hours=23)
    within = stripe_client.v1.transfers.create(transfer(person), KEY)

    funded.advance(hours=1, seconds=1)
    after = stripe_client.v1.transfers.create(transfer(person), KEY)

    assert within.id == first.id
    assert after.id != first.id
    assert funded.state()["payments"]["dsb_1"]["transfers"] == 2


def test_a_refusal_from_execution_is_remembered(funded, person, stripe_client):
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.transfers.create(transfer(person, amount=2_000_000), KEY)
    funded.set_float("gbp", 5_000_000)

    with pytest.raises(stripe.InvalidRequestError) as again:
        stripe_client.v1.transfers.create(transfer(person, amount=2_000_000), KEY)

    assert again.value.code == "balance_insufficient"
    assert again.value.headers["Idempotent-Replayed"] == "true"


def test_a_refusal_before_execution_is_not_remembered(funded, person, stripe_client):
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.transfers.create(transfer("acct_nobody"), KEY)

    sent = stripe_client.v1.transfers.create(transfer(person), KEY)

    assert sent.id


@pytest.mark.parametrize("fault", ["429_rate", "429_lock", "409_in_use"])
def test_a_refusal_that_says_try_again_is_not_remembered(funded, person, stripe_client, fault):
    funded.fault(fault)
    with pytest.raises(stripe.StripeError):
        stripe_client.v1.transfers.create(transfer(person), KEY)

    sent = stripe_client.v1.transfers.create(transfer(person), KEY)

    assert sent.id
    assert funded.state()["transfers"] == 1


def test_each_account_has_its_own_keys(funded, person, stripe_client):
    other = funded.create_account()
    for account in (person, other):
        stripe_client.v1.transfers.create(transfer(account, payment=account))
    funded.set_clock(funded.now() + 86_400)
    payout = {"amount": 100, "currency": "gbp"}

    refused = [
        ask(funded, "POST", "/v1/payouts", form=payout, account=account, idempotency_key="k")[0]
        for account in (person, other)
    ]

    assert refused == [400, 400]
    assert [entry["replayed"] for entry in funded.log[-2:]] == [False, False]


def test_a_second_call_while_the_first_is_under_way_is_turned_back(funded, person):
    funded.fault("slow:400")
    client = client_of(funded)
    slow = threading.Thread(target=lambda: client.v1.transfers.create(transfer(person), KEY))
    slow.start()
    time.sleep(0.15)

    with pytest.raises(stripe.APIError) as refused:
        client_of(funded).v1.transfers.create(transfer(person), KEY)
    slow.join()

    assert refused.value.http_status == 409
    assert refused.value.error.code == "idempotency_key_in_use"
    assert funded.state()["transfers"] == 1
