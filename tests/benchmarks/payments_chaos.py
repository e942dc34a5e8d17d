"""Real workers and beats through a storm, ours three times and the usual design once."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from cashpilot.runtime.postgres import Postgres
from cashpilot.runtime.redis import Redis
from payments.models import Disbursement
from payments.providers import get_provider
from payments.sandbox import Sandbox
from tests.benchmarks.crowd import ONE, an_approved_crowd
from tests.benchmarks.harness import Reading, benchmark
from tests.payments.chaos.storm import Storm, states, twice_and_missing
from tests.payments.chaos.yard import Yard
from tests.payments.sending_world import start_what_is_approved

SIZE = 400
LOST = 0.05
LATENCY_SECONDS = 0.1
PATIENCE_SECONDS = 120
USUAL = "tests.payments.chaos.usual"


@benchmark("payments", "storm of kills, 400 x 3: twice or missing", unit="people", bar=0)
def ours() -> Reading:
    """Two workers and two beats; workers, children, broker and database are killed twice each."""
    return Reading(sum(sum(through_a_storm(our_way, seed)) for seed in (1, 2, 3)), 0)


@benchmark("payments", "the usual design in that storm: 1 / people twice", unit="people", bar=1)
def usual() -> Reading:
    """One message a payment, late acknowledgement and a new key each time must be seen to fail."""
    twice, _ = through_a_storm(the_usual_way, 1)
    return Reading(1, twice or 0.5)


Way = Callable[[Yard, Redis, Postgres, int], None]


def through_a_storm(way: Way, seed: int) -> tuple[int, int]:
    """How many of the people were paid twice, and how many are missing, at the provider."""
    with tempfile.TemporaryDirectory(prefix="cashpilot-bench-") as home:
        Path(home).chmod(0o755)
        broker = Redis(Path(home) / "redis").start()
        sandbox = Sandbox(limiter=False, latency=LATENCY_SECONDS)
        try:
            with a_durable_database(Path(home)) as database:
                settings.STRIPE_API_BASE = sandbox.start()
                sandbox.set_float("gbp", 4 * SIZE * ONE)
                an_approved_crowd(SIZE, [sandbox.create_account("GB") for _ in range(SIZE)])
                sandbox.faults_at_random(LOST, {"drop_after": 1}, seed=seed)
                way(Yard(broker.url(), sandbox.base_url, Path(home)), broker, database, seed)
                return twice_and_missing(sandbox, SIZE)
        finally:
            sandbox.stop()
            broker.stop()


def our_way(yard: Yard, broker: Redis, database: Postgres, seed: int) -> None:
    start_what_is_approved(get_provider())
    try:
        for _ in range(2):
            yard.beat()
        Storm(yard, broker, database, lambda: yard.worker(pool="prefork"), seed).rage()
        assert yard.until(lambda: states() == {"submitted"}, seconds=PATIENCE_SECONDS)
    finally:
        yard.end()


def the_usual_way(yard: Yard, broker: Redis, database: Postgres, seed: int) -> None:
    """With a sweep that puts back what the broker forgot, as such designs have."""

    def worker():
        return yard.worker(pool="prefork", runs=USUAL, queues="usual")

    def put_back_what_waits() -> bool:
        waiting = Disbursement.objects.filter(state="queued").values_list("pk", flat=True)
        for key in waiting:
            yard.send("usual.pay", key, queue="usual")
        return not waiting

    try:
        put_back_what_waits()
        Storm(yard, broker, database, worker, seed).rage()
        assert yard.until(put_back_what_waits, seconds=PATIENCE_SECONDS, every=8)
    finally:
        yard.end()


@contextmanager
def a_durable_database(home: Path) -> Iterator[Postgres]:
    """Django on a server that keeps what is committed, until the block ends."""
    database, before = Postgres(home, durable=True, prefer_installed=True), connection.settings_dict
    own = {"HOST": "127.0.0.1", "NAME": "storm", "USER": "cashpilot", "PASSWORD": ""}
    try:
        database.start().create_database("storm")
        connection.close()
        connection.settings_dict = before | own | {"PORT": database.port}
        call_command("migrate", verbosity=0, interactive=False)
        yield database
    finally:
        connection.close()
        connection.settings_dict = before
        database.stop()
