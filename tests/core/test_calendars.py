"""Working days by nation, against days that anybody can look up."""

from datetime import date

import pytest

from cashpilot.core.calendars import NATION_CHOICES, NATIONS, is_working_day, working_day
from cashpilot.core.calendars import working_days_of as days_of

UK = {"england-and-wales", "scotland", "northern-ireland"}
FAMILY_DAY = {  # or Louis Riel, Islander, Heritage Day: the third Monday of February
    "alberta",
    "british-columbia",
    "manitoba",
    "new-brunswick",
    "nova-scotia",
    "ontario",
    "prince-edward-island",
    "saskatchewan",
}
CANADIAN = FAMILY_DAY | {
    "canada",
    "newfoundland-and-labrador",
    "northwest-territories",
    "nunavut",
    "quebec",
    "yukon",
}

CLOSED_IN = {
    date(2026, 1, 1): set(NATIONS),
    date(2026, 1, 19): {"united-states"},  # Martin Luther King Day
    date(2026, 2, 16): FAMILY_DAY | {"united-states"},  # Presidents' Day
    date(2026, 3, 17): {"northern-ireland", "ireland"},  # St Patrick's Day
    date(2026, 4, 3): UK | CANADIAN | {"ireland"},  # Good Friday
    date(2026, 4, 6): {"england-and-wales", "northern-ireland", "ireland"},  # Easter Monday
    date(2026, 6, 24): {"quebec"},  # St John the Baptist
    date(2026, 7, 1): CANADIAN,  # Canada Day
    date(2026, 7, 13): {"northern-ireland"},  # 12 July falls on a Sunday
    date(2026, 8, 31): {"england-and-wales", "northern-ireland"},  # summer bank holiday
    date(2026, 10, 12): CANADIAN | {"united-states"},  # Thanksgiving; Columbus Day
    date(2026, 11, 26): {"united-states"},  # Thanksgiving
    date(2026, 11, 30): {"scotland"},  # St Andrew's Day
    date(2026, 12, 25): set(NATIONS),
    date(2026, 12, 28): UK | CANADIAN,  # Boxing Day falls on a Saturday
    date(2027, 1, 4): {"scotland"},  # 2 January falls on a Saturday
}


@pytest.mark.parametrize("day", CLOSED_IN, ids=str)
def test_banks_are_closed_on_a_nations_own_holidays_and_open_elsewhere(day):
    closed = {nation for nation in NATIONS if not is_working_day(day, nation)}

    assert closed == CLOSED_IN[day]


@pytest.mark.parametrize("nation", NATIONS)
def test_banks_are_closed_at_weekends_and_open_on_a_plain_tuesday(nation):
    assert not is_working_day(date(2026, 3, 7), nation)
    assert not is_working_day(date(2026, 3, 8), nation)
    assert is_working_day(date(2026, 3, 10), nation)


@pytest.mark.parametrize(
    ("day", "nation", "before", "after"),
    [
        (date(2026, 3, 10), "scotland", date(2026, 3, 10), date(2026, 3, 10)),
        (date(2026, 2, 28), "scotland", date(2026, 2, 27), date(2026, 3, 2)),
        (date(2026, 4, 4), "england-and-wales", date(2026, 4, 2), date(2026, 4, 7)),
        (date(2026, 4, 4), "scotland", date(2026, 4, 2), date(2026, 4, 6)),
        (date(2026, 12, 26), "ontario", date(2026, 12, 24), date(2026, 12, 29)),
        (date(2027, 1, 1), "scotland", date(2026, 12, 31), date(2027, 1, 5)),
        (date(2026, 11, 26), "united-states", date(2026, 11, 25), date(2026, 11, 27)),
    ],
)
def test_a_closed_day_moves_to_the_nearest_open_one_on_either_side(day, nation, before, after):
    assert working_day(day, nation, "before") == before
    assert working_day(day, nation, "after") == after


def test_a_rule_asks_by_nation_without_knowing_of_nations():
    is_open_in_scotland = days_of("scotland")

    assert not is_open_in_scotland(date(2026, 11, 30))
    assert is_open_in_scotland(date(2026, 12, 1))


def test_every_nation_has_a_name_that_people_can_choose():
    assert len({name for _, name in NATION_CHOICES}) == len(NATIONS)


def test_an_unknown_nation_is_a_mistake_in_the_code_and_not_a_working_day():
    with pytest.raises(KeyError):
        is_working_day(date(2026, 3, 10), "atlantis")
