"""When a person may be written to: days of the week and hours, by the clock where they live."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from cashpilot.core.refusals import Invalid

EVERY_DAY = "1234567"


@dataclass(frozen=True)
class SafeTimes:
    """Days as figures, 1 for Monday to 7 for Sunday; without hours, the whole of each day."""

    days: str = EVERY_DAY
    from_time: time | None = None
    until_time: time | None = None


def check_safe_times(times: SafeTimes) -> SafeTimes:
    """Times that come round every week, days in order; else a refusal that says what is wrong."""
    days = "".join(sorted(set(times.days)))
    if not days:
        raise Invalid("Choose at least one day, or choose that nothing is sent.", field="days")
    if not set(days) <= set(EVERY_DAY):
        raise Invalid("Days are the figures 1, for Monday, to 7, for Sunday.", field="days")
    if (times.from_time is None) != (times.until_time is None):
        raise Invalid("Say both from when and until when, or neither.", field="until_time")
    if times.from_time and times.until_time and times.from_time >= times.until_time:
        raise Invalid("The end has to come after the start, on the same day.", field="until_time")
    return SafeTimes(days, times.from_time, times.until_time)


def is_safe(times: SafeTimes, here: datetime) -> bool:
    """Whether a message may go out at this moment, told by the clock of the place."""
    if str(here.isoweekday()) not in times.days:
        return False
    if times.from_time is None or times.until_time is None:
        return True
    return times.from_time <= here.time() < times.until_time


def next_safe(times: SafeTimes, here: datetime) -> datetime:
    """This moment if it is safe, else the start of the next safe window."""
    if is_safe(times, here):
        return here
    starts = (
        datetime.combine(here.date() + timedelta(days), times.from_time or time.min, here.tzinfo)
        for days in range(8)
    )
    return next(one for one in starts if one > here and str(one.isoweekday()) in times.days)
