"""Keys of the second API: what succeeded is remembered for 30 days, what failed is tried again."""

import pytest
import stripe

from tests.contracts.second import a_recipient, payment
from tests.sandbox_fixture import client_of

KEY = {"idempotency_key": "cp_dsb_1_a1"}


@pytest.fixture
def recipient(funded, stripe_client):
    return a_recipient(funded, stripe_client)


def send(client, recipient, **change):
    params = {**payment(recipient), **change}
    return client.v2.money_management.outbound_payments.create(params, KEY)


def test_a_first_try_that_was_refused_is_done_again(funded, stripe_client, recipient):
    funded.set_float("gbp", 0)
    with pytest.raises(stripe.InsufficientFundsError):
        send(stripe_client, recipient)

    funded.set_float("gbp", 50_000)
    made = send(stripe_client, recipient)

    assert made.status == "processing"
    assert funded.state()["outbound"]["dsb_1"]["payments"] == 1


def test_a_first_try_that_broke_before_its_work_is_done_again(funded, stripe_client, recipient):
    funded.fault("500_before", path="/v2/money_management/*", method="POST")
    with pytest.raises(stripe.APIError):
        send(stripe_client, recipient)

    send(stripe_client, recipient)

    assert funded.state()["outbound"]["dsb_1"]["payments"] == 1


@pytest.mark.parametrize("fault", ["500_after", "drop_after", "502_html_after", "garbage_200"])
def test_a_try_whose_answer_was_lost_is_found_and_not_done_twice(funded, recipient, fault):
    client = client_of(funded, timeout=(1, 1))
    funded.fault(fault, path="/v2/money_management/*", method="POST")
    with pytest.raises(stripe.StripeError):
        send(client, recipient)

    again = send(client, recipient)

    assert funded.state()["outbound"]["dsb_1"]["ids"] == [again.id]
    assert funded.log[-1]["replayed"]


def test_a_key_lives_for_thirty_days(funded, stripe_client, recipient):
    first = send(stripe_client, recipient)

    funded.advance(days=29, hours=23)
    within = send(stripe_client, recipient)
    funded.advance(hours=1)
    beyond = send(stripe_client, recipient)

    assert within.id == first.id
    assert beyond.id != first.id


def test_another_body_under_the_same_key_is_refused(funded, stripe_client, recipient):
    send(stripe_client, recipient)

    with pytest.raises(stripe.IdempotencyError) as refused:
        send(stripe_client, recipient, description="another")

    assert refused.value.http_status == 409
    assert len(funded.state()["outbound"]["dsb_1"]["ids"]) == 1
