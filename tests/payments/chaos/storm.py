"""A storm: workers, their children, the broker and the database are killed, one after the other."""

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.utils import OperationalError

from cashpilot.runtime.postgres import Postgres
from cashpilot.runtime.redis import Redis
from payments.models import Disbursement
from payments.sandbox import Sandbox
from tests.payments.chaos.yard import Yard

HITS = ("worker", "child", "broker", "database")


@dataclass
class Storm:
    """`worker` starts one more worker. `pause` is the time between two hits, in seconds."""

    yard: Yard
    broker: Redis
    database: Postgres
    worker: Callable[[], object]
    seed: int
    pause: float = 3

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.workers = [self.worker() for _ in range(2)]

    def rage(self, hits: Sequence[str] = HITS * 2) -> None:
        """Hit, in an order that the seed decides, and put in its place what was hit."""
        for hit in self.chance.sample(hits, len(hits)):
            time.sleep(self.chance.uniform(self.pause / 2, self.pause))
            getattr(self, f"hit_{hit}")()

    def hit_worker(self) -> None:
        victim = self.workers.pop(self.chance.randrange(2))
        victim.kill()
        victim.wait(20)
        self.workers.append(self.worker())

    def hit_child(self) -> None:
        """A pool's child; what led it makes a new one."""
        children = children_of(self.chance.choice(self.workers).pid)
        if children:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(children), signal.SIGKILL)

    def hit_broker(self) -> None:
        """It comes back with nothing in it."""
        self.broker.stop()
        self.broker.start()

    def hit_database(self) -> None:
        """As by a power cut; what was committed is there again."""
        self.database.stop(crash=True)
        self.database.start()
        connection.close()


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


def states() -> set[str]:
    """Those of all payments; nothing while the database is away."""
    try:
        return set(Disbursement.objects.values_list("state", flat=True))
    except OperationalError:
        connection.close()
        return set()


def twice_and_missing(sandbox: Sandbox, people: int) -> tuple[int, int]:
    """By the provider's own books: how many were paid more than once, and how many not at all."""
    paid = [one["transfers"] for one in sandbox.state()["payments"].values()]
    return sum(one > 1 for one in paid), people - sum(one > 0 for one in paid)
