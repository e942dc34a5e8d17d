"""Dates and sums against calendars that anybody can look up."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashpilot.core.calendars import NATIONS, working_days_of
from payments.rules import Plan, count_at, open_day, pay_dates, spread


def open_days(nation):
    return working_days_of(nation)


@pytest.mark.parametrize(
    ("plan", "nation", "expected"),
    [
        (
            Plan("weekly", date(2026, 3, 27)),
            "england-and-wales",
            [date(2026, 3, 27), date(2026, 4, 2), date(2026, 4, 10), date(2026, 4, 17)],
        ),  # Good Friday is 3 April
        (
            Plan("fortnightly", date(2026, 12, 11), "after"),
            "scotland",
            [date(2026, 12, 11), date(2026, 12, 29), date(2027, 1, 8), date(2027, 1, 22)],
        ),  # the 25th is Friday, the 28th stands for Boxing Day
        (
            Plan("four_weekly", date(2026, 2, 16)),
            "ontario",
            [date(2026, 2, 13), date(2026, 3, 16), date(2026, 4, 13), date(2026, 5, 11)],
        ),  # Family Day
        (
            Plan("monthly", date(2026, 1, 5), "before", 31),
            "united-states",
            [date(2026, 1, 30), date(2026, 2, 27), date(2026, 3, 31), date(2026, 4, 30)],
        ),
        (
            Plan("monthly", date(2026, 3, 20), "after", 17),
            "northern-ireland",
            [date(2026, 4, 17), date(2026, 5, 18), date(2026, 6, 17), date(2026, 7, 17)],
        ),  # the 17th of March is over; 17 May is a Sunday
        (
            Plan("weekly", date(2026, 6, 25), "before", 3),
            "quebec",
            [date(2026, 6, 30), date(2026, 7, 8), date(2026, 7, 15), date(2026, 7, 22)],
        ),  # Wednesdays; 1 July is Canada Day
        (
            Plan("monthly", date(2026, 10, 26), "before"),
            "ireland",
            [date(2026, 10, 23), date(2026, 11, 26), date(2026, 12, 24), date(2027, 1, 26)],
        ),  # the October bank holiday; St Stephen's Day falls on a Saturday
        (Plan("once", date(2026, 4, 3)), "alberta", [date(2026, 4, 2)]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_golden_dates(plan, nation, expected):
    assert pay_dates(plan, len(expected), is_working_day=open_days(nation)) == expected


GOLDEN_DAYS_OF_2026 = [
    # whose calendar, the day a sum would fall on, the working day before it, the one after
    ("scotland", date(2026, 1, 2), date(2025, 12, 31), date(2026, 1, 5)),  # 2 January
    ("scotland", date(2026, 4, 6), date(2026, 4, 6), date(2026, 4, 6)),  # open on Easter Monday
    ("scotland", date(2026, 8, 3), date(2026, 7, 31), date(2026, 8, 4)),  # its summer holiday
    ("scotland", date(2026, 11, 30), date(2026, 11, 27), date(2026, 12, 1)),  # St Andrew's Day
    ("northern-ireland", date(2026, 3, 17), date(2026, 3, 16), date(2026, 3, 18)),  # St Patrick
    ("northern-ireland", date(2026, 7, 12), date(2026, 7, 10), date(2026, 7, 14)),  # a Sunday
    ("northern-ireland", date(2026, 4, 6), date(2026, 4, 2), date(2026, 4, 7)),  # Easter
    ("england-and-wales", date(2026, 3, 17), date(2026, 3, 17), date(2026, 3, 17)),
    ("england-and-wales", date(2026, 5, 25), date(2026, 5, 22), date(2026, 5, 26)),  # spring
    ("england-and-wales", date(2026, 12, 26), date(2026, 12, 24), date(2026, 12, 29)),
    ("ireland", date(2026, 2, 2), date(2026, 1, 30), date(2026, 2, 3)),  # St Brigid's Day
    ("ireland", date(2026, 3, 17), date(2026, 3, 16), date(2026, 3, 18)),
    ("ireland", date(2026, 4, 3), date(2026, 4, 2), date(2026, 4, 7)),  # banks keep Good Friday
    ("ireland", date(2026, 6, 1), date(2026, 5, 29), date(2026, 6, 2)),
    ("ireland", date(2026, 8, 31), date(2026, 8, 31), date(2026, 8, 31)),
    (
        "united-states",
        date(2026, 1, 19),
        date(2026, 1, 16),
        date(2026, 1, 20),
    ),  # Dr King's birthday
    ("united-states", date(2026, 6, 19), date(2026, 6, 18), date(2026, 6, 22)),  # Juneteenth
    (
        "united-states",
        date(2026, 7, 3),
        date(2026, 7, 2),
        date(2026, 7, 6),
    ),  # for 4 July, a Saturday
    ("united-states", date(2026, 10, 12), date(2026, 10, 9), date(2026, 10, 13)),
    ("united-states", date(2026, 11, 26), date(2026, 11, 25), date(2026, 11, 27)),  # Thanksgiving
    ("canada", date(2026, 2, 16), date(2026, 2, 16), date(2026, 2, 16)),  # only in provinces
    ("british-columbia", date(2026, 2, 16), date(2026, 2, 13), date(2026, 2, 17)),  # Family Day
    ("manitoba", date(2026, 2, 16), date(2026, 2, 13), date(2026, 2, 17)),  # Louis Riel Day
    ("quebec", date(2026, 6, 24), date(2026, 6, 23), date(2026, 6, 25)),  # its national day
    ("ontario", date(2026, 6, 24), date(2026, 6, 24), date(2026, 6, 24)),
    ("quebec", date(2026, 5, 18), date(2026, 5, 15), date(2026, 5, 19)),  # Patriots' Day
    ("alberta", date(2026, 7, 1), date(2026, 6, 30), date(2026, 7, 2)),  # Canada Day
    ("saskatchewan", date(2026, 8, 3), date(2026, 7, 31), date(2026, 8, 4)),
    ("nunavut", date(2026, 7, 9), date(2026, 7, 8), date(2026, 7, 10)),  # Nunavut Day
    ("yukon", date(2026, 8, 17), date(2026, 8, 14), date(2026, 8, 18)),  # Discovery Day
    ("nova-scotia", date(2026, 9, 30), date(2026, 9, 29), date(2026, 10, 1)),
    ("newfoundland-and-labrador", date(2026, 11, 11), date(2026, 11, 10), date(2026, 11, 12)),
    ("prince-edward-island", date(2026, 2, 16), date(2026, 2, 13), date(2026, 2, 17)),  # Islanders
    ("new-brunswick", date(2026, 8, 3), date(2026, 7, 31), date(2026, 8, 4)),
    ("northwest-territories", date(2026, 8, 3), date(2026, 7, 31), date(2026, 8, 4)),
]


@pytest.mark.parametrize(("nation", "day", "before", "after"), GOLDEN_DAYS_OF_2026)
def test_each_nation_keeps_its_own_holidays(nation, day, before, after):
    is_open = open_days(nation)

    assert open_day(day, "before", is_open) == before
    assert open_day(day, "after", is_open) == after


def test_every_nation_has_a_golden_day():
    assert {nation for nation, *_ in GOLDEN_DAYS_OF_2026} == set(NATIONS)


def test_a_lump_sum_for_a_late_joiner_goes_out_once_they_have_joined():
    plan = Plan("once", date(2026, 1, 5))

    days = pay_dates(plan, 1, is_working_day=open_days("scotland"), not_before=date(2026, 5, 2))

    assert days == [date(2026, 5, 5)]  # the 2nd is a Saturday, the 4th a holiday


@given(
    frequency=st.sampled_from(["weekly", "fortnightly", "four_weekly", "monthly"]),
    first=st.dates(date(2024, 1, 1), date(2034, 1, 1)),
    count=st.integers(1, 60),
    payday=st.none() | st.integers(1, 7),
    nation=st.sampled_from(list(NATIONS)),
    when_closed=st.sampled_from(["before", "after"]),
    late=st.integers(0, 500),
)
def test_no_schedule_loses_a_date_or_falls_on_a_closed_day(
    frequency, first, count, payday, nation, when_closed, late
):
    joined = first + timedelta(days=late)
    is_open = open_days(nation)

    days = pay_dates(
        Plan(frequency, first, when_closed, payday),
        count,
        is_working_day=is_open,
        not_before=joined,
    )

    assert len(days) == len(set(days)) == count
    assert days == sorted(days)
    assert all(is_open(day) and day >= joined for day in days)


@given(total=st.integers(1, 10**9), count=st.integers(1, 600))
def test_a_spread_total_is_the_same_to_the_penny(total, count):
    sums = spread(total, count)

    assert sum(sums) == total
    assert max(sums) - min(sums) <= 1


@pytest.mark.parametrize(
    ("frequency", "count", "of", "expected"),
    [
        ("weekly", 12, "monthly", 52),
        ("fortnightly", 12, "monthly", 26),
        ("four_weekly", 24, "monthly", 26),
        ("monthly", 26, "fortnightly", 12),
        ("monthly", 1, "weekly", 1),
        ("once", 1, "once", 1),
    ],
)
def test_another_rhythm_lasts_as_long(frequency, count, of, expected):
    assert count_at(frequency, count, of) == expected
