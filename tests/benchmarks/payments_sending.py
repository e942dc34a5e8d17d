"""Sending: how near to the provider's limit, how fast without one, and what one more costs."""

import multiprocessing
import os
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection, connections

from payments.models import Disbursement, SendAttempt
from payments.operations import pausing, sending
from payments.providers import get_provider
from payments.tasks.sending import send_all
from tests.benchmarks.clocks import cpu_seconds
from tests.benchmarks.crowd import a_sandbox_process, an_approved_crowd
from tests.benchmarks.harness import Reading, benchmark
from tests.factories import BY, NOON

LIMIT = 25
LATENCY_MS = 350
LIMITED = int(os.environ.get("CASHPILOT_BENCH_LIMITED", "10000"))
UNLIMITED = int(os.environ.get("CASHPILOT_BENCH_UNLIMITED", "3000"))
FEW, MANY = 1_000, int(os.environ.get("CASHPILOT_BENCH_QUEUED", "100000"))


@benchmark("payments", "sending without a limiter, 2 workers", unit="ms each", bar=1)
def without_a_limiter() -> Reading:
    """At least 150 disbursements a second, with the sandbox and the database on the same cores."""
    pace(writes=0, threads=6)
    with a_sandbox_process(UNLIMITED, "--no-limiter") as (url, accounts):
        settings.STRIPE_API_BASE = url
        an_approved_crowd(UNLIMITED, accounts)
        seconds = seconds_to_send(UNLIMITED)
    return Reading(1_000 * seconds / UNLIMITED, 1_000 / 150)


@benchmark(
    "payments", "the provider's limit, in calls a second, 2 workers", unit="of 25", bar=1 / 0.95
)
def with_the_limiter() -> Reading:
    """At least 95 % of the provider's limit, at a latency of 0.35 s, with at most 1 % refusals."""
    pace(writes=24.25, threads=12)
    with a_sandbox_process(LIMITED, "--latency", str(LATENCY_MS)) as (url, accounts):
        settings.STRIPE_API_BASE = url
        an_approved_crowd(LIMITED, accounts)
        seconds = seconds_to_send(LIMITED)
    refused = SendAttempt.objects.filter(kind=SendAttempt.Kind.NOT_NOW).count()
    if refused > LIMITED / 100:
        return Reading(refused, 0)
    return Reading(LIMIT, LIMITED / seconds)


@benchmark("payments", "sending one with 100,000 queued / with 1,000", unit="µs CPU", bar=1.2)
def one_more() -> Reading:
    """What one costs does not depend on how many wait."""
    pace(writes=0, threads=1)
    with a_sandbox_process(2 * FEW, "--no-limiter") as (url, accounts):
        settings.STRIPE_API_BASE = url
        an_approved_crowd(FEW, accounts[:FEW])
        few = cost_of_sending_few()
        Disbursement.objects.update(state="failed")
        strangers = [f"acct_nobody_{number}" for number in range(MANY - FEW)]
        an_approved_crowd(MANY, accounts[FEW:] + strangers)
        many = cost_of_sending_few()
    return Reading(many, few)


def pace(*, writes: float, threads: int) -> None:
    settings.STRIPE_CALLS_A_SECOND = {"write": writes, "read": 0}
    settings.STRIPE_TIMEOUT = (3.05, 20)
    settings.SEND_THREADS = threads


def cost_of_sending_few() -> float:
    """Microseconds of CPU, of this process and the database, for each of the first thousand."""
    pausing.start_approved(provider=get_provider(), by=BY, now=NOON)
    settle_the_database()
    started = cpu_seconds()
    for _ in range(FEW // 100):
        sending.send_queued(provider=get_provider(), by=BY, now=NOON)
    return (cpu_seconds() - started) / FEW * 1e6


def settle_the_database() -> None:
    """So that nobody cleans up after the preparation while we measure."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def seconds_to_send(count: int) -> float:
    pausing.start_approved(provider=get_provider(), by=BY, now=NOON)
    started = time.perf_counter()
    by_two_processes(send_until_nothing_is_left)
    seconds = time.perf_counter() - started
    assert Disbursement.objects.filter(state="submitted").count() == count
    return seconds


def by_two_processes(work: Callable[[], None]) -> None:
    """Do the same in two processes, as two workers would."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    workers = [fork.Process(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
        assert one.exitcode == 0


def send_until_nothing_is_left() -> None:
    while Disbursement.objects.filter(state="queued").exists():
        send_all(get_provider())
    connections.close_all()
