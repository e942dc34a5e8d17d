"""What is still to come may change, with a reason; what was sent never does."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cashpilot.core.refusals import Invalid, Refused
from payments.models import Amendment, Award
from payments.operations import pay_runs, schedules
from payments.operations.awards import set_terms
from payments.operations.granting import Choice
from payments.queries import OverBudget, forecast_of, promised_minor, schedule_as_of, schedule_of
from tests.factories import (
    BY,
    NOON,
    a_pilot,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)
from tests.payments.schedule_world import sums_of, who
from tests.payments.sending_world import send

ONE = 36_000
SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.django_db
def test_a_lump_sum_goes_out_with_the_first_of_the_others():
    award = an_enrolment(a_pilot(lump_minor=100_000, count=2)).award

    assert sums_of(award) == [("lump", 100_000), ("regular", ONE), ("regular", ONE)]
    first, second, _ = award.instalments.order_by("number")
    assert first.due_date == second.due_date


@pytest.mark.django_db
def test_a_person_chooses_their_rhythm_and_day_and_the_total_is_the_same():
    pilot = a_pilot(count=12, may_choose=True)

    award = an_enrolment(pilot, frequency="fortnightly", payday=5).award

    amounts = [amount for _, amount in sums_of(award)]
    assert (len(amounts), sum(amounts)) == (26, 12 * ONE)
    assert {day.isoweekday() for day in award.instalments.values_list("due_date", flat=True)} <= {
        4,
        5,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("may_choose", "choice"),
    [(False, Choice("weekly")), (False, Choice("", 5)), (True, Choice("weekly", 8)),
     (True, Choice("once"))],
)  # fmt: skip
def test_a_choice_that_the_terms_do_not_leave_is_refused(may_choose, choice):
    pilot = a_pilot(may_choose=may_choose)

    with pytest.raises(Invalid):
        an_enrolment(pilot, frequency=choice.frequency, payday=choice.payday)

    assert not Award.objects.exists()


@pytest.mark.django_db
def test_a_sum_of_pennies_is_not_spread_over_more_payments_than_it_has_pennies():
    pilot = a_pilot(amount_minor=1, count=3, may_choose=True)

    with pytest.raises(Invalid, match="too small to be paid so often"):
        an_enrolment(pilot, frequency="weekly")

    assert not Award.objects.exists()


@pytest.mark.django_db
def test_new_terms_are_a_new_version_and_awards_made_so_far_keep_theirs():
    pilot = a_pilot()
    before = an_enrolment(pilot).award
    arm, fund = pilot.arms.get(code="cash"), pilot.funds.get()
    new = {"arm": arm, "fund": fund, "amount_minor": 50_000, "count": 3, "by": BY, "now": NOON}

    with pytest.raises(Invalid, match="why the terms change"):
        set_terms(first_date=date(2026, 3, 2), **new)
    set_terms(first_date=date(2026, 3, 2), reason="Prices rose", **new)
    after = an_enrolment(pilot, name="Ben Example").award

    assert (before.terms.version, after.terms.version) == (1, 2)
    assert [amount for _, amount in sums_of(before)] == [ONE] * 3
    assert [amount for _, amount in sums_of(after)] == [50_000] * 3


def test_a_top_up_is_one_more_sum(award):
    schedules.top_up(
        award=award, amount_minor=5_000, due_date=date(2026, 4, 4), reason="A new boiler", **who()
    )

    added = award.instalments.get(kind="top_up")
    assert (added.number, added.amount_minor, added.due_date) == (7, 5_000, date(2026, 4, 2))
    assert added.amendment.difference_minor == 5_000


@pytest.mark.parametrize(
    ("change", "no"),
    [
        ({"amount_minor": 0}, Invalid),
        ({"amount_minor": -1}, Invalid),
        ({"amount_minor": 10**9}, OverBudget),
        ({"due_date": date(2026, 3, 1)}, Invalid),
        ({"due_date": date(2046, 3, 1)}, Invalid),
        ({"reason": "  "}, Invalid),
    ],
)
def test_a_senseless_top_up_is_refused_and_nothing_is_promised(award, change, no):
    top_up = {"amount_minor": 5_000, "due_date": date(2026, 4, 4), "reason": "x"} | change

    with pytest.raises(no):
        schedules.top_up(award=award, **top_up, **who())

    assert award.instalments.count() == 6
    assert not Amendment.objects.exists()


def test_a_change_replaces_what_is_to_come_and_leaves_what_was_sent(award, provider, sandbox):
    ready(award.enrolment, sandbox.create_account("GB"))
    run = an_approved_run(award.enrolment.pilot)
    send(provider)

    schedules.change_schedule(award=award, amount_minor=40_000, reason="Prices rose", **who())

    assert [amount for _, amount in sums_of(award)] == [ONE, *[40_000] * 5]
    sent = run.disbursements.get()
    assert (sent.amount_minor, sent.instalment.state) == (ONE, "planned")
    assert [one.amount_minor for one in schedule_of(award.enrolment).payments] == [
        ONE,
        *[40_000] * 5,
    ]


def test_other_dates_keep_the_number_of_payments(award):
    schedules.change_schedule(
        award=award, next_date=date(2026, 3, 13), frequency="weekly", reason="Asked for", **who()
    )

    days = award.instalments.filter(state="planned").values_list("due_date", flat=True)
    assert sorted(days)[:3] == [date(2026, 3, 13), date(2026, 3, 20), date(2026, 3, 27)]
    assert len(days) == 6


def test_an_amendment_is_never_changed(award):
    schedules.stop_award(award=award, reason="Left the cash", **who())

    with pytest.raises(Error) as no, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_amendment SET reason = 'other'")

    assert "append-only" in str(no.value)


def test_the_schedule_as_it_stood_then(award):
    later = NOON + timedelta(days=10)
    schedules.change_schedule(
        award=award, amount_minor=40_000, reason="Prices rose", by=BY, now=later
    )

    before, after = schedule_as_of(award, NOON), schedule_as_of(award, later)

    assert [one.amount_minor for one in before] == [ONE] * 6
    assert [one.amount_minor for one in after] == [40_000] * 6


def test_the_forecast_is_what_pay_runs_then_take(award):
    pilot = award.enrolment.pilot
    fund = pilot.funds.get()
    other = ready(an_enrolment(pilot, name="Ben Example")).award
    schedules.top_up(
        award=other, amount_minor=7_000, due_date=date(2026, 5, 20), reason="x", **who()
    )
    needs = forecast_of(fund, NOON.date())

    taken = []
    for need in needs:
        month_end = (need.month + timedelta(days=40)).replace(day=1) - timedelta(days=1)
        at = NOON.replace(year=month_end.year, month=month_end.month, day=month_end.day)
        taken.append(taken_by_a_run(fund, month_end, at))

    assert taken == [one.due_minor for one in needs]
    assert sum(one.payments for one in needs) == 13


def taken_by_a_run(fund, due_by, now):
    try:
        run = pay_runs.prepare(
            fund=fund, due_by=due_by, preparer=a_user("priya@example.org"), by=BY, now=now
        )
    except pay_runs.NobodyToPay:
        return 0
    return sum(run.lines.values_list("amount_minor", flat=True))


def test_the_forecast_shows_what_is_held_apart(award):
    schedules.hold_award(award=award, reason="asked_for", **who())

    needs = forecast_of(award.fund, NOON.date())

    assert (needs[0].due_minor, needs[0].held_minor) == (0, ONE)


@SLOW
@given(
    moves=st.lists(
        st.sampled_from(["top up", "more", "less", "other dates", "hold", "stop", "restore"]),
        max_size=6,
    )
)
@pytest.mark.django_db
def test_no_sequence_of_changes_loses_or_invents_money(moves):
    with transaction.atomic():
        award = an_enrolment(a_pilot(count=6, budget_minor=10**9)).award
        for number, move in enumerate(moves):
            try_to(move, award, NOON + timedelta(hours=number + 1))
        promised = sum(amount for _, amount in sums_of(award))
        amended = sum(award.amendments.values_list("difference_minor", flat=True))
        in_the_fund = promised_minor(award.fund)
        transaction.set_rollback(True)

    assert promised == in_the_fund == 6 * ONE + amended


def try_to(move, award, now):
    at = {"award": award, "by": BY, "now": now}
    stopped = award.amendments.filter(kind="stopped").last()
    acts = {
        "top up": lambda: schedules.top_up(
            amount_minor=100, due_date=date(2026, 6, 1), reason="x", **at
        ),
        "more": lambda: schedules.change_schedule(amount_minor=ONE + 1, reason="x", **at),
        "less": lambda: schedules.change_schedule(amount_minor=ONE - 1, reason="x", **at),
        "other dates": lambda: schedules.change_schedule(frequency="weekly", reason="x", **at),
        "hold": lambda: schedules.hold_award(reason="asked_for", **at),
        "stop": lambda: schedules.stop_award(reason="x", **at),
        "restore": lambda: stopped and schedules.restore_award(stopped=stopped, reason="x", **at),
    }
    try:
        acts[move]()
    except Refused:
        return
