"""A worker that is killed, at whatever step, leaves nobody paid twice and nobody forgotten."""

import os
import random
import signal
import time

import pytest
import redis

from tests.factories import a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.chaos.crash_points import STEPS
from tests.payments.chaos.storm import children_of, states
from tests.payments.hearing_world import deliver, events_of

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 3
OF_SETTLING = [step for step in STEPS if "settling" in step]
OF_SENDING = [step for step in STEPS if step not in OF_SETTLING]


def approved(sandbox, people=PEOPLE):
    pilot = a_pilot()
    for number in range(people):
        ready(an_enrolment(pilot, name=f"Person {number}"), sandbox.create_account("GB"))
    return an_approved_run(pilot)


def transfers_of_each(sandbox):
    return sorted(one["transfers"] for one in sandbox.state()["payments"].values())


def killed(worker, yard):
    """The worker has died of the step, not of anything else."""
    assert yard.until(lambda: worker.poll() is not None)
    return worker.returncode == -signal.SIGKILL and yard.mark.exists()


@pytest.mark.parametrize("step", OF_SENDING)
def test_a_worker_killed_at_any_step_of_a_send_pays_everybody_once(
    step, yard_of, rich_sandbox, redis_url
):
    approved(rich_sandbox)
    yard = yard_of(redis_url)
    assert killed(yard.worker(crash_at=step), yard)

    yard.worker()

    assert yard.until(lambda: states() == {"submitted"})
    assert transfers_of_each(rich_sandbox) == [1] * PEOPLE


@pytest.mark.parametrize("step", OF_SETTLING)
def test_a_worker_killed_while_settling_books_every_arrival_once(
    step, yard_of, rich_sandbox, redis_url, client, settings
):
    run = approved(rich_sandbox)
    yard = yard_of(redis_url)
    yard.worker()
    assert yard.until(lambda: states() == {"submitted"})
    yard.end()
    rich_sandbox.run_payouts(arrive=True)
    for event in events_of(rich_sandbox):
        deliver(client, settings, event)
    assert killed(yard.worker(crash_at=step), yard)

    yard.worker()

    assert yard.until(lambda: states() == {"paid"})
    entries = run.fund.ledger_entries.values_list("kind", flat=True)
    assert sorted(entries) == ["arrival"] * PEOPLE + ["disbursement"] * PEOPLE


@pytest.mark.parametrize("broker", ["rabbitmq", "filesystem"])
def test_other_brokers_lose_as_little(broker, request, yard_of, rich_sandbox):
    approved(rich_sandbox)
    is_rabbit = broker == "rabbitmq"
    yard = yard_of(request.getfixturevalue("rabbit_url") if is_rabbit else "filesystem://")
    step = "after the money moved, before the answer is recorded"
    assert killed(yard.worker(crash_at=step), yard)

    yard.worker()

    assert yard.until(lambda: states() == {"submitted"})
    assert transfers_of_each(rich_sandbox) == [1] * PEOPLE


def test_sixty_payments_come_through_kills_faults_and_a_broker_that_forgets(
    yard_of, rich_sandbox, redis_url
):
    approved(rich_sandbox, people=60)
    yard = yard_of(redis_url)
    rich_sandbox.fault("slow:100", path="/v1/transfers", method="POST", times=None)
    workers = [yard.worker(pool="prefork") for _ in range(2)]
    for _ in range(2):
        yard.beat()
    chance = random.Random(3)
    assert yard.until(lambda: "submitted" in states())

    for number in range(3):
        victim = workers[number % 2]
        os.kill(chance.choice([victim.pid, *children_of(victim.pid)]), signal.SIGKILL)
        redis.Redis.from_url(redis_url).flushdb()
        workers[number % 2] = yard.worker(pool="prefork")
        yard.hint()
        time.sleep(chance.uniform(1, 3))
    rich_sandbox.clear_faults()

    assert yard.until(lambda: states() == {"submitted"}, seconds=90)
    assert transfers_of_each(rich_sandbox) == [1] * 60
