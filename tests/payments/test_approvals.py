"""How many people approve, who may not, and what the database refuses whoever asks."""

from datetime import date, timedelta

import pytest

from cashpilot.core.access import Role
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from payments.models import Disbursement, PayRunApproval, Recipient
from payments.operations import pay_runs, thresholds
from payments.queries import (
    changes_since_the_last_run,
    due_in,
    preview_of,
    thresholds_ahead,
    thresholds_of,
)
from tests.factories import (
    BY,
    NOON,
    PLENTY,
    a_member,
    a_pilot,
    a_prepared_run,
    an_approved_run,
    an_enrolment,
    ready,
)
from tests.payments.run_world import a_frozen_run, refused

pytestmark = pytest.mark.django_db
ONE = 36_000


def approver(pilot, name="tom"):
    return a_member(pilot, Role.APPROVER, email=f"{name}@example.org")


def vote(run, person, available=PLENTY):
    return pay_runs.vote(run=run, approver=person, available_minor=available, by=BY, now=NOON)


def ask_for(pilot, approvers, *, start=ONE):
    thresholds.set_threshold(pilot=pilot, from_minor=start, approvers=approvers, by=BY, now=NOON)


def test_from_a_threshold_on_a_run_takes_two_people_and_waits_after_the_first():
    pilot = a_pilot()
    ask_for(pilot, 2)
    run = a_frozen_run(pilot)

    after_one = vote(run, approver(pilot, "tom"))
    assert (after_one.state, Disbursement.objects.count()) == ("previewed", 0)
    after_two = vote(run, approver(pilot, "uma"))

    assert after_two.state == "approved"
    assert Disbursement.objects.count() == 1


def test_below_its_threshold_a_run_takes_one_person():
    pilot = a_pilot()
    ask_for(pilot, 2, start=ONE + 1)

    assert vote(a_frozen_run(pilot), approver(pilot)).state == "approved"


def test_nobody_votes_twice():
    pilot = a_pilot()
    ask_for(pilot, 2)
    run = a_frozen_run(pilot)
    vote(run, approver(pilot))

    with pytest.raises(Refused, match="already"):
        vote(run, approver(pilot))

    assert PayRunApproval.objects.count() == 1


def test_thresholds_that_change_later_do_not_weaken_a_frozen_run():
    pilot = a_pilot()
    ask_for(pilot, 2)
    run = a_frozen_run(pilot)
    ask_for(pilot, 1)

    assert vote(run, approver(pilot)).state == "previewed"


def needed(run, when):
    submitted = {"run": run, "preparer": run.prepared_by, "by": BY, "now": when}
    return pay_runs.submit_for_approval(**submitted).approvals_needed


@pytest.mark.parametrize(("days", "people"), [(0, 3), (2, 3), (4, 1)])
def test_asking_for_fewer_people_holds_in_three_days_and_is_seen_coming(days, people):
    pilot = a_pilot()
    ask_for(pilot, 3)
    ask_for(pilot, 1)
    ready(an_enrolment(pilot))

    assert thresholds_ahead(pilot.pk, NOON) == [(ONE, 1, NOON + timedelta(days=3))]
    assert needed(a_prepared_run(pilot), NOON + timedelta(days=days)) == people


def test_asking_for_more_after_all_takes_the_loosening_back():
    pilot = a_pilot()
    ask_for(pilot, 3)
    ask_for(pilot, 2)
    assert thresholds_ahead(pilot.pk, NOON) == [(ONE, 2, NOON + timedelta(days=3))]
    ask_for(pilot, 4)

    assert thresholds_ahead(pilot.pk, NOON) == []
    assert thresholds_of(pilot.pk, NOON + timedelta(days=9)) == [(ONE, 4)]


def test_a_large_run_that_is_cut_into_small_ones_takes_as_many_people():
    pilot = a_pilot()
    ask_for(pilot, 2, start=2 * ONE)
    first = a_frozen_run(pilot)
    ready(an_enrolment(pilot, name="Ben Example"))
    second = a_prepared_run(pilot)

    assert (first.approvals_needed, needed(second, NOON)) == (1, 2)


def test_a_run_of_the_day_before_yesterday_does_not_count_with_it():
    pilot = a_pilot()
    ask_for(pilot, 2, start=2 * ONE)
    a_frozen_run(pilot)
    ready(an_enrolment(pilot, name="Ben Example"))

    assert needed(a_prepared_run(pilot), NOON + timedelta(days=2)) == 1


@pytest.mark.parametrize(("start", "people"), [(0, 2), (-1, 2), (ONE, 0), (ONE, 6)])
def test_a_threshold_that_asks_for_nothing_sensible_is_refused(start, people):
    pilot = a_pilot()

    with pytest.raises(Invalid):
        ask_for(pilot, people, start=start)

    assert not pilot.approval_thresholds.exists()


def test_whoever_changed_a_destination_in_a_run_does_not_approve_it():
    pilot = a_pilot()
    person = ready(an_enrolment(pilot))
    tom = approver(pilot)
    Recipient.objects.filter(enrolment=person).update(last_edited_by=tom)
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)

    with pytest.raises(NotAllowed, match="changed where one of these payments goes"):
        vote(run, tom)
    says = refused(
        "INSERT INTO payments_payrunapproval (pay_run_id, prepared_by_id, approver_id,"
        " content_hash, approved_at) SELECT id, prepared_by_id, %s, content_hash, now()"
        " FROM payments_payrun WHERE id = %s",
        tom.pk,
        run.pk,
    )

    assert "edited a destination" in says
    assert not PayRunApproval.objects.exists()


def test_money_that_is_not_at_the_provider_is_not_approved():
    pilot = a_pilot()
    run = a_frozen_run(pilot)

    with pytest.raises(pay_runs.TooLittleMoney, match="too little at"):
        vote(run, approver(pilot), available=ONE - 1)

    assert not Disbursement.objects.exists()


def test_the_same_money_at_the_provider_is_not_approved_twice():
    first, second = a_pilot(), a_pilot(name="Mill Lane Cash Pilot")
    vote(a_frozen_run(first), approver(first), available=ONE)
    run = a_frozen_run(second)

    with pytest.raises(pay_runs.TooLittleMoney):
        vote(run, approver(second), available=ONE)

    assert Disbursement.objects.count() == 1


def test_a_run_is_sent_back_with_a_reason_and_everything_is_owed_again():
    pilot = a_pilot()
    run = a_frozen_run(pilot)

    pay_runs.send_back(
        run=run, approver=approver(pilot), reason="Amina is here twice", by=BY, now=NOON
    )

    run.refresh_from_db()
    assert (run.state, run.sent_back_reason) == ("stopped", "Amina is here twice")
    assert [one.left_out for one in due_in(run.fund, NOON.date(), NOON)] == [""]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_run_is_not_sent_back_without_a_reason(reason):
    pilot = a_pilot()
    run = a_frozen_run(pilot)

    with pytest.raises(Invalid, match="Say why"):
        pay_runs.send_back(run=run, approver=approver(pilot), reason=reason, by=BY, now=NOON)

    run.refresh_from_db()
    assert run.state == "previewed"


def test_a_preview_says_what_is_new_since_the_last_run():
    pilot = a_pilot()
    stays, leaves, moves = (
        ready(an_enrolment(pilot, name=f"{name} Example")) for name in ("Amina", "Ben", "Carys")
    )
    an_approved_run(pilot)
    joins = ready(an_enrolment(pilot, name="Dara Example"))
    Recipient.objects.filter(enrolment=leaves).update(status="pending")
    Recipient.objects.filter(enrolment=moves).update(provider_account="acct_new")
    stays.award.instalments.filter(number=2).update(amount_minor=50_000)

    changes = changes_since_the_last_run(a_prepared_run(pilot, due_by=date(2026, 4, 2)))

    assert [(one.code, one.was_minor) for one in changes.gone] == [(leaves.code, ONE)]
    assert "checking" in changes.gone[0].why
    assert [one.code for one in changes.joined] == [joins.code]
    assert [(one.code, one.is_minor) for one in changes.amounts] == [(stays.code, 50_000)]
    assert [one.code for one in changes.destinations] == [moves.code]


def test_somebody_whose_bank_account_has_just_changed_is_paid_later():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    Recipient.objects.update(payable_from=NOON + timedelta(hours=1))

    (now,) = due_in(pilot.funds.get(), NOON.date(), NOON)
    (later,) = due_in(pilot.funds.get(), NOON.date(), NOON + timedelta(hours=2))

    assert (now.left_out, later.left_out) == ("cooling_off", "")


def test_a_preview_shows_a_page_and_finds_a_person():
    pilot = a_pilot()
    for number in range(3):
        ready(an_enrolment(pilot, name=f"Person {number}"))
    run = a_prepared_run(pilot)

    found = preview_of(run, search="person 1")

    assert [one.instalment.award.enrolment.participant.name for one in found.lines] == ["Person 1"]
    assert (found.people, found.found, found.total_minor) == (3, 1, 3 * ONE)
    assert preview_of(run, page=2).lines == []
