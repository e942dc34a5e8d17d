"""The arithmetic of money that is promised: on which dates, in which sums."""

import itertools
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

WorkingDay = Callable[[date], bool]
DAYS_APART = {"weekly": 7, "fortnightly": 14, "four_weekly": 28}
# Working days from sending to arriving: the provider makes money available a day later and pays it
# out once a day; then banks take theirs (docs.stripe.com: connect/service-agreement-types).
LEAD_DAYS = {"GB": 3, "IE": 3, "US": 4, "CA": 4}
TIMES_A_YEAR = {"weekly": 52, "fortnightly": 26, "four_weekly": 13, "monthly": 12}


@dataclass(frozen=True)
class Plan:
    """How often, from when, and what if banks are closed.

    `payday` is a day of the month (1 to 31) for monthly sums and a day of the week (1, Monday, to
    7) for the others; without it, sums keep the day of `first_date`.
    """

    frequency: str
    first_date: date
    when_closed: str = "before"
    payday: int | None = None


def pay_dates(
    plan: Plan, count: int, *, is_working_day: WorkingDay, not_before: date = date.min
) -> list[date]:
    """`count` dates of a plan, in order, none on a day when banks are closed.

    A closed day moves to the working day before or after it; later dates are reckoned from the
    first, so that moving never drifts. Someone who joins late (`not_before`) is owed as many dates
    as everybody else. A sum paid once goes out as soon as they have joined.
    """
    if plan.frequency == "once":
        start = max(plan.first_date, not_before)
        return [open_day_from(not_before, start, plan.when_closed, is_working_day)]
    days = (open_day(day, plan.when_closed, is_working_day) for day in _nominal(plan))
    return list(itertools.islice((day for day in days if day >= not_before), count))


def promised_through(today: date, lead_days: int, is_working_day: WorkingDay) -> date:
    """The last promised date that has to be sent today to arrive in time, or the day before the
    first one that may still wait for the next working day."""
    day = today
    while lead_days or not is_working_day(day + timedelta(days=1)):
        day += timedelta(days=1)
        lead_days -= is_working_day(day) and lead_days > 0
    return day


def open_day(day: date, when_closed: str, is_working_day: WorkingDay) -> date:
    """The day itself if banks work on it, else the nearest working day before or after."""
    step = timedelta(days=-1 if when_closed == "before" else 1)
    while not is_working_day(day):
        day += step
    return day


def open_day_from(earliest: date, day: date, when_closed: str, is_working_day: WorkingDay) -> date:
    """The open day for a day that is not before `earliest`, and not before it either: where moving
    back would pass it, the money goes out on the next working day."""
    found = open_day(day, when_closed, is_working_day)
    return found if found >= earliest else open_day(day, "after", is_working_day)


def months_after(first: date, months: int, day: int = 0) -> date:
    """The same day, or `day`, so many months on; the last of a month that has no such day."""
    year, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + year, month + 1
    return date(year, month, min(day or first.day, monthrange(year, month)[1]))


def spread(total_minor: int, count: int) -> list[int]:
    """A total in `count` sums that differ by at most one minor unit, the larger ones first."""
    each, left = divmod(total_minor, count)
    return [each + (index < left) for index in range(count)]


def count_at(frequency: str, count: int, of: str) -> int:
    """How many sums at one frequency last as long as `count` sums of another."""
    if frequency == of or "once" in (frequency, of):
        return 1 if frequency == "once" else count
    ours, theirs = TIMES_A_YEAR[frequency], TIMES_A_YEAR[of]
    return max(1, (2 * count * ours + theirs) // (2 * theirs))


def payday_is_possible(frequency: str, payday: int | None) -> bool:
    """Whether a plan of this frequency can have this payday."""
    if payday is None:
        return True
    return frequency != "once" and 1 <= payday <= (31 if frequency == "monthly" else 7)


def _nominal(plan: Plan) -> Iterator[date]:
    """The dates of a plan before any is moved, without end."""
    if plan.frequency == "monthly":
        day = plan.payday or plan.first_date.day
        months = (months_after(plan.first_date, number, day) for number in itertools.count())
        yield from (one for one in months if one >= plan.first_date)
    first = plan.first_date
    if plan.payday:
        first += timedelta(days=(plan.payday - first.isoweekday()) % 7)
    for number in itertools.count():
        yield first + timedelta(days=number * DAYS_APART[plan.frequency])
