"""The arithmetic of money that is sent: keys, hashes, waits, votes."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

KEY_IS_SAFE_FOR = timedelta(hours=20)
KEY_IS_DEAD_AFTER = timedelta(hours=26)
UNDER_WAY = timedelta(seconds=10)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=10)


@dataclass(frozen=True)
class Line:
    """One line of a pay run, as approval freezes it."""

    instalment: str
    person: str
    amount_minor: int
    currency: str
    destination: str
    bank_mark: str
    due_date: date


def line_hash(line: Line) -> str:
    """A hash over person, amount, destination and date, each field apart from the next."""
    fields = [
        line.instalment,
        line.person,
        line.amount_minor,
        line.currency,
        line.destination,
        line.bank_mark,
        line.due_date.isoformat(),
    ]
    return _sha256(fields)


def content_hash(lines: Iterable[Line]) -> str:
    """A hash over a whole pay run, whatever the order of its lines."""
    return _sha256(sorted(line_hash(line) for line in lines))


def idempotency_key(disbursement: str, number: int) -> str:
    return f"cp_{disbursement}_a{number}"


Step = Literal["same key", "wait", "adopt", "review", "prove absence"]


def next_step(*, age: timedelta, found: int, agrees: bool) -> Step:
    """What to do about a try whose outcome is not known, after looking it up.

    `age` is the time since the key was first sent, `found` the number of transfers in our group,
    `agrees` whether the one found has our amount, currency and destination. A key is honoured for
    at least 24 hours and may be forgotten after; between 20 and 26 hours nobody can tell, so
    nothing is sent.
    """
    if found > 1 or (found == 1 and not agrees):
        return "review"
    if found == 1:
        return "adopt"
    if age < KEY_IS_SAFE_FOR:
        return "same key"
    return "wait" if age < KEY_IS_DEAD_AFTER else "prove absence"


def back_off(tries: int) -> timedelta:
    """How long to wait after the n-th try: 10 s, doubling up to 10 minutes."""
    return min(SHORTEST_WAIT * 2 ** min(max(tries - 1, 0), 10), LONGEST_WAIT)


def rate_after(slowed_to: float, since: timedelta, limit: float) -> float:
    """Calls a second after having slowed down: kept while the calls under way come back, then half
    a call more every 2 s."""
    steps = max(0, (since - UNDER_WAY) // timedelta(seconds=2) + 1)
    return min(limit, slowed_to + 0.5 * steps)


def final_moment(paid_at: datetime, is_working_day: Callable[[date], bool]) -> datetime:
    """When a payment can no longer bounce: five working days after the bank took it."""
    moment, left = paid_at, 5
    while left:
        moment += timedelta(days=1)
        left -= is_working_day(moment.date())
    return moment


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()


def approvals_needed(total_minor: int, thresholds: Iterable[tuple[int, int]]) -> int:
    """How many people have to approve a run: one, or what the highest threshold that its sum
    reaches asks for; `thresholds` are pairs of a sum and a number of people."""
    return max((people for start, people in thresholds if start <= total_minor), default=1)
