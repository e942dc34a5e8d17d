"""By when a complaint is answered."""

from collections.abc import Callable
from datetime import date, timedelta

from cashpilot.core.refusals import Invalid

FEWEST_DAYS, MOST_DAYS = 1, 60


def due_after(day: date, working_days: int, is_working_day: Callable[[date], bool]) -> date:
    """The day on which so many working days after this one have passed."""
    while working_days:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return day


def check_days(days: int) -> int:
    """A number of working days within which an answer is still of use; else a refusal."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise Invalid(f"Choose from {FEWEST_DAYS} to {MOST_DAYS} working days.", field="days")
    return days
