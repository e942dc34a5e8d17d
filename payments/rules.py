"""The arithmetic of money promised and money sent: plain values in, plain values out."""

import hashlib
import itertools
import json
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

KEY_IS_SAFE_FOR = timedelta(hours=20)
KEY_IS_DEAD_AFTER = timedelta(hours=26)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(minutes=10)


def monthly_dates(
    first: date,
    count: int,
    *,
    is_working_day: Callable[[date], bool],
    when_closed: str,
    not_before: date = date.min,
) -> list[date]:
    """`count` dates a month apart: the same day, or the month's last where it has no such day.

    A date on which banks are closed moves to the working day before or after it
    (`when_closed`); later dates are reckoned from the first, so that moving never drifts.
    Someone who joins late (`not_before`) is owed as many dates as everybody else.
    """
    step = timedelta(days=-1 if when_closed == "before" else 1)

    def open_day(months: int) -> date:
        day = months_after(first, months)
        while not is_working_day(day):
            day += step
        return day

    days = map(open_day, itertools.count())
    return list(itertools.islice((day for day in days if day >= not_before), count))


def months_after(first: date, months: int) -> date:
    """The same day so many months on, or the last of a month that has no such day."""
    year, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + year, month + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


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
    """Calls a second after having slowed down: kept for 30 s, then half a call more every 10 s."""
    steps = max(0, int((since.total_seconds() - 30) // 10) + 1)
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
