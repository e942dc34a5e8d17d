"""Every fault: what the SDK raises, whether money moved, and what a retry with the same key
finds."""

import pytest
import requests
import stripe

from payments.sandbox.faults import KNOWN
from tests.contracts.asking import ask, transfer
from tests.sandbox_fixture import client_of

KEY = {"idempotency_key": "cp_dsb_1_a1"}
MOVED, NOT_MOVED = 1, 0

TABLE = [  # fault, what the SDK raises, its HTTP status, transfers made, transfers after a retry
    ("429_rate", stripe.RateLimitError, 429, NOT_MOVED, "paid once"),
    ("429_concurrency", stripe.RateLimitError, 429, NOT_MOVED, "paid once"),
    ("429_lock", stripe.RateLimitError, 429, NOT_MOVED, "paid once"),
    ("409_in_use", stripe.APIError, 409, NOT_MOVED, "paid once"),
    ("401_key", stripe.AuthenticationError, 401, NOT_MOVED, "paid once"),
    ("402_card", stripe.CardError, 402, NOT_MOVED, "paid once"),
    ("403_permission", stripe.PermissionError, 403, NOT_MOVED, "paid once"),
    ("424_dependency", stripe.APIError, 424, NOT_MOVED, "paid once"),
    ("500_before", stripe.APIError, 500, NOT_MOVED, "same error"),
    ("500_after", stripe.APIError, 500, MOVED, "same error"),
    ("502_html", stripe.APIError, 502, NOT_MOVED, "paid once"),
    ("502_html_after", stripe.APIError, 502, MOVED, "paid once"),
    ("garbage_200", stripe.APIError, 200, MOVED, "paid once"),
    ("drop_before", stripe.APIConnectionError, None, NOT_MOVED, "paid once"),
    ("drop_after", stripe.APIConnectionError, None, MOVED, "paid once"),
    ("timeout_before", stripe.APIConnectionError, None, NOT_MOVED, "paid once"),
    ("timeout_after", stripe.APIConnectionError, None, MOVED, "paid once"),
    ("cut_after", stripe.APIConnectionError, None, MOVED, "paid once"),
]


@pytest.fixture
def impatient(funded):
    """A client that waits a fifth of a second for an answer."""
    return client_of(funded, timeout=(1, 0.2))


def send(client, person):
    return client.v1.transfers.create(transfer(person), KEY)


@pytest.mark.parametrize(("fault", "exception", "status", "moved", "retried"), TABLE)
def test_a_fault_raises_what_the_sdk_raises_for_the_real_thing(
    funded, person, impatient, fault, exception, status, moved, retried
):
    funded.fault(fault, method="POST", path="/v1/transfers")

    with pytest.raises(exception) as raised:
        send(impatient, person)

    assert type(raised.value) is exception
    assert raised.value.http_status == status
    assert funded.state()["transfers"] == moved


@pytest.mark.parametrize(("fault", "exception", "status", "moved", "retried"), TABLE)
def test_the_same_key_after_a_fault_never_pays_twice(
    funded, person, impatient, fault, exception, status, moved, retried
):
    funded.fault(fault, method="POST", path="/v1/transfers")
    with pytest.raises(exception):
        send(impatient, person)

    if retried == "same error":
        with pytest.raises(exception):
            send(impatient, person)
    else:
        send(impatient, person)

    assert funded.state()["transfers"] == (moved if retried == "same error" else 1)


def test_an_empty_answer_is_a_transfer_without_an_id(funded, person, stripe_client):
    funded.fault("empty_200")

    sent = send(stripe_client, person)

    assert getattr(sent, "id", None) is None
    assert funded.state()["transfers"] == 1


def test_a_slow_answer_is_an_answer(funded, person, stripe_client):
    funded.fault("slow:50")

    sent = send(stripe_client, person)

    assert sent.id


def test_every_fault_is_in_this_table():
    assert {row[0] for row in TABLE} | {"empty_200"} == KNOWN


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("429_rate", "endpoint-rate"),
        ("429_concurrency", "endpoint-concurrency"),
        ("429_lock", None),
    ],
)
def test_a_rate_limit_says_why_and_a_lock_does_not(funded, person, stripe_client, fault, reason):
    funded.fault(fault)

    with pytest.raises(stripe.RateLimitError) as raised:
        send(stripe_client, person)

    assert raised.value.headers.get("Stripe-Rate-Limited-Reason") == reason
    assert raised.value.code is None
    assert raised.value.error.code == ("rate_limit" if reason else "lock_timeout")


def test_a_fault_can_wait_for_one_payment(funded, person, stripe_client):
    funded.fault("500_before", payment="dsb_2")

    stripe_client.v1.transfers.create(transfer(person, payment="dsb_1"))
    with pytest.raises(stripe.APIError):
        stripe_client.v1.transfers.create(transfer(person, payment="dsb_2"))

    assert set(funded.state()["payments"]) == {"dsb_1"}


def test_a_fault_meant_for_a_payment_meets_its_look_up_too(funded, stripe_client):
    funded.fault("drop_before", payment="dsb_1", method="GET")

    with pytest.raises(stripe.APIConnectionError):
        stripe_client.v1.transfers.list({"transfer_group": "cp_dsb_1"})


def test_a_fault_can_wait_for_the_nth_call_and_happen_so_many_times(funded, stripe_client):
    funded.fault("drop_before", path="/v1/balance", nth=2, times=2)
    fates = []

    for _ in range(4):
        try:
            stripe_client.v1.balance.retrieve()
            fates.append("answered")
        except stripe.APIConnectionError:
            fates.append("dropped")

    assert fates == ["answered", "dropped", "dropped", "answered"]


def drawn(sandbox, payments, seed):
    """{payment: status or fault of its first call}, with half of the calls failing."""
    sandbox.faults_at_random(0.5, {"429_rate": 1, "500_before": 1}, seed=seed)
    return {
        payment: ask(
            sandbox, "POST", "/v1/transfers", form={"metadata[cashpilot_disbursement]": payment}
        )[0]
        for payment in payments
    }


def test_random_faults_are_the_same_for_the_same_seed_in_whatever_order_calls_come(funded):
    payments = [f"dsb_{number}" for number in range(40)]

    first = drawn(funded, payments, seed=7)
    second = drawn(funded, reversed(payments), seed=7)
    other = drawn(funded, payments, seed=8)

    assert first == second != other
    assert set(first.values()) == {400, 429, 500}
    assert 10 < sum(status != 400 for status in first.values()) < 30


def test_faults_can_be_given_and_taken_back_over_http(funded, stripe_client):
    rules = [{"match": {"path": "/v1/balance"}, "do": "429_lock", "times": None}]
    ask(funded, "POST", "/sandbox/faults", given=rules)
    with pytest.raises(stripe.RateLimitError):
        stripe_client.v1.balance.retrieve()

    ask(funded, "POST", "/sandbox/faults", given={"clear": True})

    assert stripe_client.v1.balance.retrieve()


def test_a_fault_nobody_knows_is_refused_by_name(funded):
    status, _, body = ask(funded, "POST", "/sandbox/faults", given=[{"do": "meteor"}])

    assert status == 400
    assert "meteor" in body["error"]["message"]


def test_a_dropped_line_is_really_dropped(funded):
    funded.fault("drop_before")

    with pytest.raises(requests.ConnectionError):
        requests.get(
            funded.base_url + "/v1/balance",
            headers={"Authorization": "Bearer rk_test_x"},
            timeout=2,
        )
