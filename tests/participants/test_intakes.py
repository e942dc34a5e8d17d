"""A file of people on its way in: nobody is added before somebody has decided, then all at once."""

from datetime import date, timedelta

import pytest

from cashpilot.core.access import Role
from cashpilot.core.refusals import Invalid, NotFound, Refused
from cashpilot.intake_journeys import take_back_intake, work_on_intakes
from participants.models import Consent, Enrolment, Intake, Pair, Participant
from participants.operations import intakes
from participants.queries.intakes import enrolments_in, rejected_file
from payments.models import Award, Instalment
from payments.operations import pay_runs
from payments.queries import promised_minor
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
from tests.participants.intake_world import WHO, a_checked_file, a_file, an_added_file, done

pytestmark = pytest.mark.django_db
AMINA = "Amina Example,cash,2026-02-20,,1990-05-03,amina@example.org,"
BEN = "Ben Example,services,2026-02-20,B-1,1981-11-30,,"


def nobody_is_in() -> bool:
    return not (
        Participant.objects.exists() or Enrolment.objects.exists() or Award.objects.exists()
    )


def test_a_file_is_checked_and_adds_nobody_by_itself():
    intake = a_checked_file(a_pilot(), AMINA, BEN)

    assert (intake.state, intake.rows, intake.good) == ("checked", 2, 2)
    assert (intake.problems, intake.alike) == ([], [])
    assert nobody_is_in()


def test_everybody_is_added_with_consent_and_promise_once_somebody_says_so():
    pilot = a_pilot(count=3)

    intake = an_added_file(pilot, AMINA, BEN)

    amina, ben = enrolments_in(intake)
    assert (intake.state, intake.good, intake.done) == ("added", 2, 2)
    assert amina.award.instalments.count() == 3
    assert (ben.code, ben.is_paid) == ("B-1", False)
    assert Consent.objects.filter(how="paper", text__version=1).count() == 2
    assert [one.intake_place.row for one in (amina, ben)] == [2, 3]


def test_only_the_good_rows_are_added_and_the_others_come_back_as_a_file():
    pilot = a_pilot()
    bad = '"=cmd(), Example",gold,2026-02-30,,,,+44 7000 000001'

    intake = an_added_file(pilot, AMINA, bad)

    lines = rejected_file(intake).decode("utf-8-sig").splitlines()
    assert (intake.good, pilot.enrolments.count()) == (1, 1)
    assert lines[0].endswith(",Problem")
    assert lines[1].startswith("\"'=cmd(), Example\",gold,2026-02-30,,,,'+44 7000 000001,")
    assert "arm: 'gold' is no arm here" in lines[1]
    assert "consent_date: '2026-02-30' is not a date" in lines[1]
    assert len(lines) == 2


def test_what_came_back_can_be_corrected_and_sent_again_as_it_is():
    pilot = a_pilot()
    first = an_added_file(pilot, AMINA, "Carys Example,gold,2026-02-20,,,,+44 7000 000001")
    corrected = rejected_file(first).replace(b",gold,", b",cash,")

    again = intakes.take_in(pilot=pilot, file_name="again.csv", raw=corrected, **WHO)
    intakes.match_columns(intake=again, columns=again.columns, **WHO)
    again = done(again)
    intakes.begin_adding(intake=again, **WHO)
    again = done(again)

    assert (again.state, again.good) == ("added", 1)
    assert enrolments_in(again).get().participant.phone == "+44 7000 000001"


def test_headings_are_matched_once_and_remembered_for_the_pilot():
    pilot = a_pilot()
    head = "Nom complet,Gruppe,DOB,agreed,note\n"
    row = "Amina Example,cash,1990-05-03,2026-02-20,likes tea"
    first = intakes.take_in(pilot=pilot, file_name="a.csv", raw=a_file(row, head=head), **WHO)
    assert (first.state, first.columns) == ("uploaded", ["", "", "date_of_birth", "", ""])
    chosen = ["name", "arm", "date_of_birth", "consent_date", ""]

    intakes.match_columns(intake=first, columns=chosen, **WHO)

    second = intakes.take_in(pilot=pilot, file_name="b.csv", raw=a_file(row, head=head), **WHO)
    other = a_pilot(name="Harbour Cash Pilot")
    there = intakes.take_in(pilot=other, file_name="c.csv", raw=a_file(row, head=head), **WHO)
    assert (second.state, second.columns) == ("checking", chosen)
    assert done(first).good == 1
    assert there.state == "uploaded"


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (["name", "arm", ""], "Say which heading is: consent_date"),
        (["name", "arm", "arm"], "consent_date"),
        (["name", "name", "arm"], "Say which heading is"),
        (["name", "arm", "is_paid"], "Match each heading to one of the columns"),
        (["name", "arm"], "Match each heading to one of the columns"),
    ],
)
def test_columns_that_cannot_be_right_are_refused_and_not_remembered(columns, says):
    pilot = a_pilot()
    raw = a_file("Amina Example,cash,2026-02-20", head="who,which,when\n")
    intake = intakes.take_in(pilot=pilot, file_name="a.csv", raw=raw, **WHO)

    with pytest.raises(Invalid, match=says):
        intakes.match_columns(intake=intake, columns=columns, **WHO)

    intake.refresh_from_db()
    assert intake.state == "uploaded"
    assert not pilot.heading_meanings.exists()


def test_a_row_that_may_be_somebody_here_waits_for_an_answer():
    pilot = a_pilot()
    an_enrolment(pilot, name="Amína Example", date_of_birth=date(1990, 5, 3))
    intake = a_checked_file(pilot, AMINA, BEN)

    with pytest.raises(Refused, match="Say who it is"):
        intakes.begin_adding(intake=intake, **WHO)

    (asked,) = intake.alike
    assert (asked["row"], asked["theirs"]["name"]) == (2, "Amína Example")
    assert set(asked["reasons"]) >= {"same_name", "same_birth"}
    assert pilot.enrolments.count() == 1


def test_a_different_person_is_added_and_the_pair_is_never_shown_again():
    pilot = a_pilot()
    here = an_enrolment(pilot, name="Amína Example", date_of_birth=date(1990, 5, 3))
    intake = a_checked_file(pilot, AMINA)

    intakes.answer_alike(intake=intake, answers={2: "different"}, **WHO)
    intakes.begin_adding(intake=intake, **WHO)
    intake = done(intake)

    pair = Pair.objects.get()
    assert intake.state == "added"
    assert (pair.first, pair.second, pair.state) == (here, enrolments_in(intake).get(), "different")


def test_the_same_person_is_left_out_and_comes_back_in_the_file():
    pilot = a_pilot()
    an_enrolment(pilot, name="Amína Example", date_of_birth=date(1990, 5, 3))
    intake = a_checked_file(pilot, AMINA, BEN)

    intakes.answer_alike(intake=intake, answers={2: "leave_out"}, **WHO)
    intakes.begin_adding(intake=intake, **WHO)
    intake = done(intake)

    assert {one.code for one in enrolments_in(intake)} == {"B-1"}
    assert b"may be somebody who is here already" in rejected_file(intake)


def test_two_rows_of_one_file_that_may_be_one_person_are_asked_about_too():
    intake = a_checked_file(
        a_pilot(),
        "Elizabeth Example,cash,2026-02-20,,1990-05-03,,",
        "Liz Example,cash,2026-02-21,,1990-03-05,,",
    )

    (asked,) = intake.alike
    assert (asked["row"], asked["theirs"]["row"]) == (3, 2)
    assert asked["reasons"][:2] == ["short_name", "swapped_birth"]


def test_somebody_who_came_in_since_the_check_is_not_added_twice():
    pilot = a_pilot()
    intake = a_checked_file(pilot, AMINA)
    an_enrolment(pilot, name="Amina Example", date_of_birth=date(1990, 5, 3))

    intakes.begin_adding(intake=intake, **WHO)
    intake = done(intake)

    assert (intake.state, pilot.enrolments.count()) == ("checked", 1)
    assert intake.refusal == "Something has changed since the check. Check the file again."


def test_a_budget_that_is_too_small_adds_nobody_and_says_so():
    pilot = a_pilot(amount_minor=36_000, count=3, budget_minor=108_000)
    intake = a_checked_file(pilot, AMINA, "Carys Example,cash,2026-02-20,,1970-01-09,,")

    intakes.begin_adding(intake=intake, **WHO)
    intake = done(intake)

    assert intake.state == "checked"
    assert "too small" in intake.refusal
    assert nobody_is_in()


def test_a_file_that_broke_its_reader_three_times_is_left_for_a_person():
    intake = a_checked_file(a_pilot(), AMINA)
    intakes.look_again(intake=intake, **WHO)
    Intake.objects.filter(pk=intake.pk).update(tries=3)

    assert work_on_intakes(**WHO) == 0

    intake.refresh_from_db()
    assert intake.state == "checking"


def test_a_file_that_is_given_up_leaves_nothing_of_anybody():
    intake = a_checked_file(a_pilot(), AMINA, "Carys Example,gold,2026-02-20,,,,")

    intakes.drop(intake=intake, **WHO)

    intake.refresh_from_db()
    assert (bytes(intake.raw), intake.problems, intake.alike, intake.file_name) == (b"", [], [], "")
    assert nobody_is_in()


def test_after_a_month_nothing_of_a_file_is_kept_and_nobody_is_lost():
    pilot = a_pilot()
    added = an_added_file(pilot, AMINA, "Carys Example,gold,2026-02-20,,,,")
    waiting = a_checked_file(pilot, BEN)
    later = {"by": BY, "now": NOON + timedelta(days=31)}

    assert intakes.forget_old(by=BY, now=NOON + timedelta(days=29)) == 0
    assert intakes.forget_old(**later) == 2

    waiting.refresh_from_db()
    added.refresh_from_db()
    assert (waiting.state, bytes(waiting.raw), bytes(added.raw)) == ("dropped", b"", b"")
    assert (added.state, pilot.enrolments.get().state) == ("added", "active")
    with pytest.raises(NotFound):
        rejected_file(added)


def test_everybody_can_be_taken_back_and_the_codes_and_the_money_are_free_again():
    pilot = a_pilot(count=3)
    before = an_enrolment(pilot, name="Zofia Example")
    kept = promised_minor(pilot.funds.get())
    intake = an_added_file(pilot, AMINA, BEN)

    take_back_intake(intake=intake, **WHO)

    intake.refresh_from_db()
    gone = enrolments_in(intake)
    assert (intake.state, {one.state for one in gone}) == ("undone", {"undone"})
    assert {one.participant.name for one in gone} == {"Added by mistake"}
    assert not Participant.objects.filter(email="amina@example.org").exists()
    assert promised_minor(pilot.funds.get()) == kept
    assert set(
        Instalment.objects.filter(award__enrolment__in=gone).values_list("state", flat=True)
    ) == {"cancelled"}
    assert an_added_file(pilot, BEN).state == "added"
    before.refresh_from_db()
    assert before.state == "active"


def test_a_run_that_was_only_prepared_does_not_keep_anybody():
    pilot = a_pilot(count=3)
    intake = an_added_file(pilot, AMINA)
    ready(enrolments_in(intake).get())
    run = a_prepared_run(pilot)

    take_back_intake(intake=intake, **WHO)

    with pytest.raises(Refused):
        pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, **WHO)
    assert Enrolment.objects.get().state == "undone"


def test_once_a_run_with_one_of_them_is_approved_nobody_is_taken_back():
    pilot = a_pilot(count=3)
    intake = an_added_file(pilot, AMINA, BEN)
    ready(enrolments_in(intake).first())
    an_approved_run(pilot)

    with pytest.raises(Refused, match="has been approved, so they stay"):
        take_back_intake(intake=intake, **WHO)

    intake.refresh_from_db()
    assert intake.state == "added"
    assert {one.state for one in enrolments_in(intake)} == {"active"}
    assert set(Participant.objects.values_list("name", flat=True)) == {
        "Amina Example",
        "Ben Example",
    }
    assert not Instalment.objects.filter(state="cancelled").exists()


def test_the_first_of_two_votes_is_enough_to_keep_them():
    pilot = a_pilot(count=3)
    pilot.approval_thresholds.create(from_minor=1, approvers=2, holds_from=WHO["now"])
    intake = an_added_file(pilot, AMINA)
    ready(enrolments_in(intake).get())
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, **WHO)
    approver = a_member(pilot, Role.APPROVER)
    pay_runs.vote(run=run, approver=approver, available_minor=PLENTY, **WHO)

    with pytest.raises(Refused, match="has been approved"):
        take_back_intake(intake=intake, **WHO)

    assert Enrolment.objects.get().state == "active"


def test_people_about_whom_something_was_written_are_not_taken_back():
    pilot = a_pilot()
    intake = an_added_file(pilot, AMINA)
    person = enrolments_in(intake).get()
    person.benefit_notes.create(
        kind="waiver", programme="Example", noted_on=WHO["now"].date(), recorded_at=WHO["now"]
    )

    with pytest.raises(Refused, match="Something was written down"):
        take_back_intake(intake=intake, **WHO)

    person.refresh_from_db()
    assert person.state == "active"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "This file is empty"),
        (b"name,arm,consent_date\n", "no people"),
        (b"name,arm,consent_date\n" + b"A,cash,2026-02-20\n" * 20_001, "more than 20,000 rows"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_not_even_kept(raw, says):
    with pytest.raises(Invalid, match=says):
        intakes.take_in(pilot=a_pilot(), file_name="x.csv", raw=raw, **WHO)

    assert not Intake.objects.exists()
