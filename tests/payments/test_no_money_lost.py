"""Whatever is promised and however it is changed, no money is lost, invented or misdated."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cashpilot.core.calendars import NATIONS, is_working_day
from cashpilot.core.refusals import Refused
from payments.models import Frequency
from payments.operations import schedules
from payments.queries import promised_minor, schedule_as_of
from payments.rules import count_at
from tests.factories import BY, NOON, a_pilot, an_enrolment
from tests.payments.schedule_world import days_of, sums_of

SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OFTEN = [one for one in Frequency.values if one != "once"]
PAYDAYS = st.none() | st.integers(1, 7)


@dataclass(frozen=True)
class Promise:
    """Terms, what one person chose of them, and the day they joined."""

    terms: dict
    choice: dict
    nation: str
    joined: int


promises = st.builds(
    Promise,
    terms=st.fixed_dictionaries(
        {
            "amount_minor": st.integers(100, 100_000),
            "count": st.integers(1, 30),
            "lump_minor": st.integers(0, 100_000),
            "frequency": st.sampled_from(OFTEN),
            "when_closed": st.sampled_from(["before", "after"]),
            "first_date": st.dates(date(2025, 6, 1), date(2027, 6, 1)),
        }
    ),
    choice=st.fixed_dictionaries({"frequency": st.sampled_from(["", *OFTEN]), "payday": PAYDAYS}),
    nation=st.sampled_from(sorted(NATIONS)),
    joined=st.integers(0, 400),
)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("top up"), st.integers(1, 10_000), st.integers(0, 200)),
        st.tuples(st.just("amount"), st.integers(1, 100_000)),
        st.tuples(st.just("rhythm"), st.sampled_from(OFTEN), PAYDAYS),
        st.tuples(st.just("next date"), st.integers(0, 200)),
        st.tuples(st.sampled_from(["hold", "resume", "stop", "restore"])),
    ),
    max_size=6,
)


def award_of(promise):
    pilot = a_pilot(budget_minor=10**12, may_choose=True, nation=promise.nation, **promise.terms)
    joined = NOON + timedelta(days=promise.joined)
    return an_enrolment(pilot, now=joined, **promise.choice).award


@SLOW
@given(promise=promises)
@pytest.mark.django_db
def test_everybody_is_owed_just_what_the_terms_say_on_open_days_after_they_joined(promise):
    with transaction.atomic():
        award = award_of(promise)
        sums, days = sums_of(award), days_of(award)
        joined = award.enrolment.enrolled_on
        transaction.set_rollback(True)

    terms = promise.terms
    count = count_at(
        promise.choice["frequency"] or terms["frequency"], terms["count"], terms["frequency"]
    )
    regular = [amount for kind, amount in sums if kind == "regular"]
    assert (len(regular), sum(regular)) == (count, terms["amount_minor"] * terms["count"])
    assert sum(amount for _, amount in sums) == sum(regular) + terms["lump_minor"]
    assert all(day >= joined and is_working_day(day, promise.nation) for day in days)


@SLOW
@given(promise=promises, moves=moves)
@pytest.mark.django_db
def test_the_sum_is_what_was_promised_and_amended_and_every_day_is_open(promise, moves):
    with transaction.atomic():
        award = award_of(promise)
        at = award.granted_at
        for number, move in enumerate(moves):
            at += timedelta(days=number + 1)
            try_to(move, award, at)
        sums, days = sums_of(award), days_of(award)
        amended = sum(award.amendments.values_list("difference_minor", flat=True))
        in_the_fund, total = promised_minor(award.fund), award.terms.total_minor
        as_it_stands = [one.amount_minor for one in schedule_as_of(award, at)]
        transaction.set_rollback(True)

    amounts = [amount for _, amount in sums]
    assert sum(amounts) == total + amended == in_the_fund
    assert as_it_stands == amounts
    assert all(is_working_day(day, promise.nation) for day in days)
    assert all(day >= award.enrolment.enrolled_on for day in days)


def try_to(move, award, now):
    """Do it or be refused; a refusal must leave everything as it was, so it is no less a move."""
    verb, *said = move
    at = {"award": award, "by": BY, "now": now}
    stopped = award.amendments.filter(kind="stopped").last()
    soon = now.date() + timedelta(days=said[-1]) if verb in ("top up", "next date") else None
    acts = {
        "top up": lambda: schedules.top_up(amount_minor=said[0], due_date=soon, reason="x", **at),
        "amount": lambda: schedules.change_schedule(amount_minor=said[0], reason="x", **at),
        "rhythm": lambda: schedules.change_schedule(
            frequency=said[0], payday=said[1], reason="x", **at
        ),
        "next date": lambda: schedules.change_schedule(next_date=soon, reason="x", **at),
        "hold": lambda: schedules.hold_award(reason="asked_for", **at),
        "resume": lambda: schedules.resume_award(**at),
        "stop": lambda: schedules.stop_award(reason="x", **at),
        "restore": lambda: stopped and schedules.restore_award(stopped=stopped, reason="x", **at),
    }
    try:
        with transaction.atomic():
            acts[verb]()
    except Refused:
        return
