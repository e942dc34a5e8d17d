"""Golden dates, and what a person sees of their schedule."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashpilot.core.calendars import working_days_of
from cashpilot.core.refusals import Invalid
from participants.models import Pilot
from payments.models import Instalment
from payments.queries import schedule_of
from payments.rules import Plan, pay_dates
from tests.factories import a_pilot, an_enrolment


def always(_day):
    return True


def monthly_dates(first, count, *, is_working_day, when_closed, not_before=date.min):
    plan = Plan("monthly", first, when_closed)
    return pay_dates(plan, count, is_working_day=is_working_day, not_before=not_before)


@pytest.mark.parametrize(
    ("first", "third"),
    [
        (date(2026, 3, 1), date(2026, 5, 1)),
        (date(2026, 11, 15), date(2027, 1, 15)),
        (date(2026, 12, 31), date(2027, 2, 28)),
        (date(2027, 12, 31), date(2028, 2, 29)),
    ],
)
def test_instalments_keep_their_day_or_take_the_last_of_the_month(first, third):
    dates = monthly_dates(first, 3, is_working_day=always, when_closed="before")

    assert dates[2] == third


def test_monthly_from_31_january_2026_with_the_holidays_of_england():
    dates = monthly_dates(
        date(2026, 1, 31),
        12,
        is_working_day=working_days_of("england-and-wales"),
        when_closed="before",
    )

    assert dates == [
        date(2026, 1, 30),  # the 31st is a Saturday
        date(2026, 2, 27),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 29),
        date(2026, 6, 30),
        date(2026, 7, 31),
        date(2026, 8, 28),  # the 31st is the summer bank holiday
        date(2026, 9, 30),
        date(2026, 10, 30),
        date(2026, 11, 30),
        date(2026, 12, 31),
    ]


def test_the_working_day_after_is_chosen_where_the_pilot_says_so():
    easter = monthly_dates(
        date(2026, 4, 3),  # Good Friday
        1,
        is_working_day=working_days_of("england-and-wales"),
        when_closed="after",
    )

    assert easter == [date(2026, 4, 7)]


@given(
    first=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    count=st.integers(1, 60),
    late=st.integers(0, 400),
)
def test_no_schedule_loses_or_repeats_a_date(first, count, late):
    from datetime import timedelta

    joined = first + timedelta(days=late)

    dates = monthly_dates(
        first,
        count,
        is_working_day=working_days_of("scotland"),
        when_closed="before",
        not_before=joined,
    )

    assert len(dates) == len(set(dates)) == count
    assert dates == sorted(dates)
    assert all(day >= joined for day in dates)


@pytest.mark.django_db
def test_someone_who_joins_late_is_owed_as_much_as_everybody_else():
    pilot = a_pilot(count=24, first_date=date(2026, 3, 2))
    in_june = datetime(2026, 6, 10, 9, tzinfo=UTC)

    late = an_enrolment(pilot, now=in_june)

    due = list(Instalment.objects.filter(award__enrolment=late).values_list("due_date", flat=True))
    assert len(due) == 24
    assert min(due) == date(2026, 7, 2)


@pytest.mark.django_db
def test_a_schedule_shows_the_next_payment_first_and_nothing_for_a_comparison_person():
    pilot = a_pilot()
    paid, compared = an_enrolment(pilot), an_enrolment(pilot, arm="services", name="Ben Example")

    schedule = schedule_of(paid)

    assert schedule.next_payment.number == 1
    assert [one.number for one in schedule.to_come] == [2, 3]
    assert schedule.paid_minor == 0
    assert schedule_of(compared) is None


@pytest.mark.django_db
@pytest.mark.parametrize("day", [date(9999, 12, 1), date(1900, 1, 1)])
def test_a_first_payment_in_another_age_is_refused_and_no_pilot_is_made(day):
    with pytest.raises(Invalid, match="more than ten years away") as no:
        a_pilot(first_date=day)

    assert no.value.field == "first_date"
    assert not Pilot.objects.exists()
