"""Pay runs of ten thousand people: how long the preparer waits, and how many questions it takes."""

import time
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cashpilot.core.access import Role
from participants.models import Pilot
from payments.operations import pay_runs
from payments.queries import changes_since_the_last_run, preview_of
from tests.benchmarks.crowd import a_crowd
from tests.benchmarks.harness import Reading, benchmark
from tests.factories import BY, NOON, PLENTY, a_member, a_prepared_run

MANY, FEW = 10_000, 100


@benchmark("payments", "preparing and previewing a run of 10,000", unit="s", bar=1)
def preparing() -> Reading:
    """At most 3 seconds until the preparer sees the list."""
    pilot = a_crowd(MANY)
    return Reading(seconds_of(lambda: prepare_and_preview(pilot)), 3)


@benchmark("payments", "queries to prepare and preview 10,000 / 100", unit="queries", bar=1)
def queries() -> Reading:
    """As many questions of the database for ten thousand as for a hundred."""
    return Reading(*(queries_of(a_crowd(count)) for count in (MANY, FEW)))


@benchmark("payments", "approving and queueing a run of 10,000", unit="s", bar=1)
def approving() -> Reading:
    """At most 6 seconds from the last approval to a queued run."""
    pilot = a_crowd(MANY)
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    who = {"run": run, "approver": a_member(pilot, Role.APPROVER), "by": BY, "now": NOON}
    return Reading(seconds_of(lambda: pay_runs.vote(available_minor=PLENTY, **who)), 6)


def prepare_and_preview(pilot: Pilot) -> None:
    run = a_prepared_run(pilot)
    preview_of(run)
    changes_since_the_last_run(run)


def queries_of(pilot: Pilot) -> int:
    with CaptureQueriesContext(connection) as asked:
        prepare_and_preview(pilot)
    return len(asked)


def seconds_of(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
