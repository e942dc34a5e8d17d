"""Whatever staff change, money goes out on a day when banks work, from today on, and soon."""

from datetime import UTC, date, datetime

import pytest

from cashpilot.core.refusals import Invalid
from payments.models import Amendment
from payments.operations import schedules
from tests.factories import BY, a_pilot, an_enrolment
from tests.payments.schedule_world import days_of

pytestmark = pytest.mark.django_db
SATURDAY = datetime(2026, 3, 7, 12, tzinfo=UTC)
MONDAY = date(2026, 3, 9)


def on_saturday():
    return {"reason": "x", "by": BY, "now": SATURDAY}


def test_a_top_up_that_is_asked_for_at_a_weekend_goes_out_after_it_and_not_in_the_past(award):
    one = schedules.top_up(award=award, amount_minor=500, due_date=SATURDAY.date(), **on_saturday())

    assert one.due_date == MONDAY


def test_a_top_up_moves_off_a_closed_day_as_the_terms_say():
    award = an_enrolment(a_pilot(when_closed="after")).award

    one = schedules.top_up(
        award=award, amount_minor=500, due_date=date(2026, 4, 3), **on_saturday()
    )

    assert one.due_date == date(2026, 4, 7)  # Good Friday to the Tuesday after Easter


def test_what_comes_back_after_a_stop_is_dated_on_days_when_banks_work(award):
    stopped = schedules.stop_award(award=award, **on_saturday())

    schedules.restore_award(award=award, stopped=stopped, **on_saturday())

    assert days_of(award)[:2] == [MONDAY, date(2026, 4, 2)]


@pytest.mark.parametrize("change", [{"next_date": date(2026, 3, 8)}, {"frequency": "four_weekly"}])
def test_a_change_at_a_weekend_puts_off_the_next_payment_to_monday_and_no_longer(award, change):
    schedules.change_schedule(award=award, **change, **on_saturday())

    assert days_of(award)[0] == MONDAY
    assert len(days_of(award)) == 6


@pytest.mark.parametrize("change", [{}, {"payday": 0}, {"payday": 32}, {"amount_minor": 0}])
def test_a_change_that_changes_nothing_or_cannot_be_is_refused_and_nothing_is_done(award, change):
    before = days_of(award)

    with pytest.raises(Invalid):
        schedules.change_schedule(award=award, **change, **on_saturday())

    assert days_of(award) == before
    assert not Amendment.objects.exists()
