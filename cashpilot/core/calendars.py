"""Working days by nation, from the `holidays` library; banks do not pay on the others."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import holidays

NATIONS: dict[str, tuple[str, str, str | None]] = {
    "england-and-wales": ("England and Wales", "GB", "ENG"),
    "scotland": ("Scotland", "GB", "SCT"),
    "northern-ireland": ("Northern Ireland", "GB", "NIR"),
    "ireland": ("Ireland", "IE", None),
    "united-states": ("United States", "US", None),
    "canada": ("Canada", "CA", None),
    "british-columbia": ("British Columbia", "CA", "BC"),
    "alberta": ("Alberta", "CA", "AB"),
    "ontario": ("Ontario", "CA", "ON"),
    "quebec": ("Quebec", "CA", "QC"),
    "manitoba": ("Manitoba", "CA", "MB"),
    "saskatchewan": ("Saskatchewan", "CA", "SK"),
    "new-brunswick": ("New Brunswick", "CA", "NB"),
    "nova-scotia": ("Nova Scotia", "CA", "NS"),
    "prince-edward-island": ("Prince Edward Island", "CA", "PE"),
    "newfoundland-and-labrador": ("Newfoundland and Labrador", "CA", "NL"),
    "yukon": ("Yukon", "CA", "YT"),
    "northwest-territories": ("Northwest Territories", "CA", "NT"),
    "nunavut": ("Nunavut", "CA", "NU"),
}
NATION_CHOICES = [(key, words[0]) for key, words in NATIONS.items()]

# Days that close banks and are no public holiday everywhere: federal law; Good Friday.
BANKS_ALSO_KEEP = {"CA": "government", "IE": "optional"}

Direction = Literal["before", "after"]


@lru_cache(maxsize=512)
def _holidays(nation: str, year: int) -> frozenset[date]:
    _, country, part = NATIONS[nation]
    kinds = {"public", BANKS_ALSO_KEEP.get(country, "public")}
    return frozenset(holidays.country_holidays(country, subdiv=part, years=year, categories=kinds))


def is_working_day(day: date, nation: str) -> bool:
    """Monday to Friday and no public holiday of that nation."""
    return day.weekday() < 5 and day not in _holidays(nation, day.year)


def working_day(day: date, nation: str, direction: Direction) -> date:
    """The day itself if banks work on it, else the nearest working day before or after."""
    step = timedelta(days=-1 if direction == "before" else 1)
    while not is_working_day(day, nation):
        day += step
    return day


def working_days_of(nation: str) -> Callable[[date], bool]:
    """The question "is this a working day?" for one nation, to pass to a rule."""
    return lambda day: is_working_day(day, nation)
