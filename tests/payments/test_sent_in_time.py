"""Money is sent before the day for which it was promised, and nobody's is left in no run."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cashpilot.core.access import Role
from cashpilot.core.calendars import working_days_of
from payments.operations.schedules import hold_award
from payments.queries import in_no_run, send_through
from payments.rules import promised_through
from tests.factories import (
    BY,
    NOON,
    a_member,
    a_pilot,
    an_approved_run,
    an_enrolment,
    ready,
)

ENGLAND = working_days_of("england-and-wales")
TODAY = NOON.date()


@pytest.mark.parametrize(
    ("today", "through"),
    [
        (date(2026, 3, 2), date(2026, 3, 5)),  # a Monday: Thursday's
        (date(2026, 3, 3), date(2026, 3, 8)),  # Friday's, and what Saturday and Sunday hold
        (date(2026, 3, 5), date(2026, 3, 10)),
        (date(2026, 4, 1), date(2026, 4, 8)),  # Good Friday and Easter Monday between
    ],
)
def test_what_has_to_be_sent_today_is_three_working_days_ahead(today, through):
    assert promised_through(today, 3, ENGLAND) == through


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 10))
def test_the_days_until_it_arrives_are_working_days(today, lead):
    through = promised_through(today, lead, ENGLAND)

    days = [date.fromordinal(n) for n in range(today.toordinal() + 1, through.toordinal() + 1)]
    assert sum(map(ENGLAND, days)) == lead
    assert ENGLAND(date.fromordinal(through.toordinal() + 1))


@pytest.mark.django_db
def test_a_payment_in_no_run_is_said_to_whoever_prepares_them(client):
    pilot = ready(an_enrolment(a_pilot(count=3))).pilot
    client.force_login(a_member(pilot, Role.PREPARER, email="priya@example.org"))

    page = client.get(reverse("to_do")).content.decode()

    assert in_no_run(pilot, TODAY) == (1, date(2026, 3, 2))
    assert "the first promised for 2 Mar 2026, are in none yet" in page


@pytest.mark.django_db
def test_once_a_run_has_it_nobody_is_asked(client):
    pilot = ready(an_enrolment(a_pilot(count=3))).pilot

    an_approved_run(pilot)

    assert in_no_run(pilot, TODAY) == (0, None)


@pytest.mark.django_db
def test_what_waits_for_another_reason_is_not_counted():
    held, no_account = (an_enrolment(a_pilot(name=f"Pilot {n}", count=3)) for n in (1, 2))
    hold_award(award=ready(held).award, reason="asked_for", by=BY, now=NOON)

    assert in_no_run(held.pilot, TODAY) == (0, None)
    assert in_no_run(no_account.pilot, TODAY) == (0, None)


@pytest.mark.django_db
def test_a_run_is_offered_for_what_has_to_be_sent_today(client):
    pilot = a_pilot()
    client.force_login(a_member(pilot, Role.PREPARER, email="priya@example.org"))

    form = client.get(reverse("pay_runs")).context["groups"][0]["form"]

    assert form.initial["due_by"] == send_through(pilot, timezone.localdate())
