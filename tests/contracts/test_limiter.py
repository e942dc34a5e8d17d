"""Twenty-five calls a second for each operation, a hundred in all."""

import threading
import time

import pytest
import stripe

from payments.sandbox.limiter import Limiter


@pytest.fixture
def timed():
    """A limiter and its time, which tests set."""
    moment = [0.0]
    return Limiter(clock=lambda: moment[0]), moment


def test_the_twenty_sixth_call_of_an_operation_within_a_second_is_refused(timed):
    limiter, moment = timed

    refusals = [limiter.refusal("POST /v1/transfers") for _ in range(26)]
    moment[0] = 1.0

    assert refusals == [None] * 25 + ["endpoint-rate"]
    assert limiter.refusal("POST /v1/transfers") is None


def test_any_second_counts_not_the_clock_s(timed):
    limiter, moment = timed
    moment[0] = 0.9
    for _ in range(25):
        limiter.refusal("POST /v1/transfers")

    moment[0] = 1.5

    assert limiter.refusal("POST /v1/transfers") == "endpoint-rate"


def test_the_hundred_and_first_call_in_all_is_refused(timed):
    limiter, _ = timed

    refusals = [limiter.refusal(f"GET /v1/{number % 10}") for number in range(101)]

    assert refusals == [None] * 100 + ["global-rate"]


def test_refused_calls_do_not_count(timed):
    limiter, moment = timed
    for _ in range(60):
        limiter.refusal("POST /v1/transfers")

    moment[0] = 1.0

    assert [limiter.refusal("POST /v1/transfers") for _ in range(25)] == [None] * 25


def most_within_a_second(moments):
    """The most of these sorted moments that fall into any one second, its end left out."""
    return max(
        sum(1 for later in moments[first:] if later < start + 1)
        for first, start in enumerate(moments)
    )


def test_under_a_crowd_no_second_ever_holds_more_than_the_limit():
    read, admitted = threading.local(), []

    def clock():
        read.at = time.monotonic()
        return read.at

    limiter = Limiter(clock=clock)
    until = time.monotonic() + 1.6

    def ask_without_end():
        while time.monotonic() < until:
            if limiter.refusal("POST /v1/transfers") is None:
                admitted.append(read.at)

    crowd = [threading.Thread(target=ask_without_end) for _ in range(16)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert most_within_a_second(sorted(admitted)) == 25
    assert len(admitted) == 50


def test_over_http_the_limit_is_a_429_with_its_reason(sandbox, stripe_client):
    sandbox.limiter.on = True

    def ask_often():
        for _ in range(60):
            stripe_client.v1.balance.retrieve()

    with pytest.raises(stripe.RateLimitError) as refused:
        ask_often()

    assert refused.value.headers["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
    assert len([entry for entry in sandbox.log if entry["status"] == 200]) >= 25
