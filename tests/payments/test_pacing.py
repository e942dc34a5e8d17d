"""All workers together keep to the provider's limit, by taking slots from one row."""

import itertools
import threading
import time
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models import F
from django.db.models.functions import Now

from payments.models import RateSlot
from payments.operations import sending
from payments.operations.disbursements import order_of
from payments.providers import pacing
from payments.rules import UNDER_WAY, rate_after
from payments.tasks.crew import Crew
from tests.factories import BY, NOON
from tests.payments.sending_world import claim, transfers_at

LIMIT, SLOWLY = 50, 2


@pytest.fixture
def limited(settings):
    settings.STRIPE_CALLS_A_SECOND = {"write": LIMIT, "read": 0}


@pytest.mark.django_db
def test_slots_follow_each_other_at_the_rate(limited):
    first, second = pacing.reserve("write", 10), pacing.reserve("write", 10)

    assert first.interval == pytest.approx(1 / LIMIT)
    assert second.start - first.start == pytest.approx(10 / LIMIT, abs=0.02)


@pytest.mark.django_db
def test_slots_that_nobody_took_are_not_saved_up(limited):
    pacing.reserve("write", 1)
    RateSlot.objects.update(next_at=Now() - timedelta(hours=1))

    slots = pacing.reserve("write", 5)

    assert slots.start == pytest.approx(time.monotonic(), abs=0.05)


@pytest.mark.django_db
def test_without_a_limit_every_slot_is_now():
    slots = pacing.reserve("write", 1_000)

    assert (slots.interval, slots.start) == (0, pytest.approx(time.monotonic(), abs=0.05))
    assert not RateSlot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_once_never_share_a_slot(settings):
    settings.STRIPE_CALLS_A_SECOND = {"write": SLOWLY, "read": 0}
    taken = []

    def worker():
        try:
            slots = pacing.reserve("write", 5)
            taken.extend(slots.start + index * slots.interval for index in range(5))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=worker) for _ in range(20)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    moments = sorted(taken)
    gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert len(moments) == 100
    assert moments[-1] - moments[0] == pytest.approx(99 / SLOWLY, abs=0.25)
    assert min(gaps) > 0.5 / SLOWLY


@pytest.mark.django_db
def test_every_worker_slows_down_when_the_provider_says_so(limited):
    pacing.slow_down("write")

    assert pacing.reserve("write", 1).interval == pytest.approx(1 / (LIMIT * 0.8))


@pytest.mark.django_db
def test_refusals_of_calls_under_way_count_as_one(limited):
    for _ in range(6):
        pacing.slow_down("write")

    assert pacing.reserve("write", 1).interval == pytest.approx(1 / (LIMIT * 0.8))


@pytest.mark.django_db
def test_a_refusal_at_the_slower_rate_slows_down_further(limited):
    pacing.slow_down("write")
    RateSlot.objects.update(slowed_at=F("slowed_at") - UNDER_WAY)

    pacing.slow_down("write")

    assert pacing.reserve("write", 1).interval == pytest.approx(
        1 / ((LIMIT * 0.8 + 0.5) * 0.8), rel=1e-3
    )


@pytest.mark.parametrize(
    ("seconds", "rate"), [(0, 20.0), (9, 20.0), (10, 20.5), (12, 21.0), (3_600, 25.0)]
)
def test_the_rate_comes_back_by_half_a_call_every_two_seconds(seconds, rate):
    assert rate_after(20.0, timedelta(seconds=seconds), 25.0) == rate


@pytest.mark.django_db
def test_what_takes_time_beforehand_does_not_move_a_call_away_from_its_moment(
    disbursement, provider, sandbox
):
    token, claimed = claim(provider)
    asked_by_then = []

    sending.send_one(
        disbursement=claimed[0],
        token=token,
        provider=provider,
        by=BY,
        now=NOON,
        turn=lambda: asked_by_then.append(len(transfers_at(sandbox))),
    )

    assert asked_by_then == [0]
    assert len(transfers_at(sandbox)) == 1


@pytest.mark.django_db
def test_a_worker_is_ready_a_little_ahead_of_its_moment(limited):
    slots = pacing.reserve("write", LIMIT)
    moment = slots.start + LIMIT * slots.interval

    slots.wait_for(LIMIT, ahead=0.9)
    ready = time.monotonic()
    slots.wait_for(LIMIT)

    assert moment - 0.9 <= ready < moment
    assert time.monotonic() >= moment


@pytest.mark.django_db
def test_a_refusal_for_the_rate_slows_sending_down(limited, disbursement, provider, sandbox):
    sandbox.fault("429_rate", path="/v1/transfers", method="POST")

    answer = provider.send(*order_and_body(disbursement))

    assert answer.code
    assert RateSlot.objects.get(key="write").slowed_to == LIMIT * 800


@pytest.mark.django_db
def test_a_lock_at_the_provider_slows_nothing_down(limited, disbursement, provider, sandbox):
    sandbox.fault("429_lock", path="/v1/transfers", method="POST")

    answer = provider.send(*order_and_body(disbursement))

    assert (answer.code, answer.is_crowded) == ("lock_timeout", False)
    assert not RateSlot.objects.exclude(slowed_at=None).exists()


@pytest.mark.django_db
def test_too_many_at_once_is_told_apart_from_too_fast(limited, disbursement, provider, sandbox):
    sandbox.fault("429_concurrency", path="/v1/transfers", method="POST")

    answer = provider.send(*order_and_body(disbursement))

    assert answer.is_crowded
    assert not RateSlot.objects.exclude(slowed_at=None).exists()


def order_and_body(disbursement):
    return order_of(disbursement), disbursement.request_body


def test_a_crew_does_every_job_and_raises_what_broke_at_the_end():
    done = []

    def job(number):
        if number == 3:
            raise ZeroDivisionError
        done.append(number)

    def work():
        with Crew(4, longest=10) as crew:
            for number in range(10):
                crew.do(job, number)

    with pytest.raises(ExceptionGroup) as broken:
        work()

    assert sorted(done) == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert [type(one) for one in broken.value.exceptions] == [ZeroDivisionError]


def test_a_crew_that_is_too_many_gets_smaller_and_never_empty():
    running, most = [], []

    def job(_):
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)
        running.pop()
        return True

    with Crew(6, longest=10) as crew:
        for number in range(40):
            crew.do(job, number)

    assert len(most) == 40
    assert max(most[-5:]) == 1


def test_jobs_that_come_one_by_one_are_done_by_a_crew_that_got_smaller():
    done = []

    with Crew(6, longest=10) as crew:
        for number in range(12):
            crew.do(lambda one: done.append(one) or True, number)
            while crew.is_busy:
                crew.wait_for_one()

    assert done == list(range(12))


def test_a_crew_of_one_does_it_at_once():
    seen = []

    with Crew(1, longest=10) as crew:
        crew.do(lambda: seen.append(threading.current_thread()))
        assert seen == [threading.main_thread()]
