"""Keeping to a provider's rate limit together: slots that all workers take from one row.

Trying and waiting wastes slots or bunches calls; here each call knows its moment beforehand. The
row is locked only while it is moved on, in a transaction of its own.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from payments.models import RateSlot
from payments.rules import UNDER_WAY, rate_after

WRITES, READS = "write", "read"


@dataclass(frozen=True)
class Slots:
    """`count` moments of the monotonic clock, a fixed interval apart: one call each."""

    start: float
    interval: float
    count: int

    def wait_for(self, index: int, *, ahead: float = 0.0) -> None:
        """Sleep until the moment of one slot, or so many seconds `ahead` of it; a past moment does
        not wait."""
        moment = self.start + index * self.interval - ahead
        time.sleep(max(0.0, moment - time.monotonic()))


def reserve(kind: str, count: int = 1) -> Slots:
    """Take the next `count` slots of a kind, behind everybody who took some before.

    Without a limit (`settings.STRIPE_CALLS_A_SECOND[kind]` is 0) every slot is now.
    """
    limit = settings.STRIPE_CALLS_A_SECOND[kind]
    if not limit or not count:
        return Slots(time.monotonic(), 0.0, count)
    with transaction.atomic(durable=True):
        slot, now = _locked(kind)
        read_at = time.monotonic()
        rate = _rate(slot, now, limit)
        start = max(slot.next_at, now)
        slot.next_at = start + timedelta(seconds=count / rate)
        _count(slot, now, count)
        slot.save(update_fields=["next_at", "month", "calls"])
    return Slots(read_at + (start - now).total_seconds(), 1 / rate, count)


def slow_down(kind: str) -> None:
    """The provider says that we call too often: a fifth slower for a while, for every worker.

    What it says soon after it says of calls whose moments were given out before: it counts once.
    """
    limit = settings.STRIPE_CALLS_A_SECOND[kind]
    if not limit:
        return
    with transaction.atomic(durable=True):
        slot, now = _locked(kind)
        if slot.slowed_at and now < slot.slowed_at + UNDER_WAY:
            return
        slot.slowed_to = max(1_000, int(_rate(slot, now, limit) * 800))
        slot.slowed_at = now
        slot.save(update_fields=["slowed_to", "slowed_at"])


def _locked(kind: str) -> tuple[RateSlot, datetime]:
    """The row of a kind, locked, and the database's own time."""
    now = _database_time()
    RateSlot.objects.get_or_create(key=kind, defaults={"next_at": now})
    slot = RateSlot.objects.select_for_update().get(key=kind)
    return slot, _database_time()


def _count(slot: RateSlot, now: datetime, count: int) -> None:
    """Providers allow so many reads a month: every slot taken is a call."""
    month = now.date().replace(day=1)
    slot.calls = count + (slot.calls if slot.month == month else 0)
    slot.month = month


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def _rate(slot: RateSlot, now: datetime, limit: float) -> float:
    if slot.slowed_at is None:
        return limit
    return rate_after(slot.slowed_to / 1_000, now - slot.slowed_at, limit)
