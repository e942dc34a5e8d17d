"""Answers come in whole or not at all, only from those who agreed, and touch no payment."""

import csv
import io
from datetime import date, timedelta

import pytest

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from evaluation.models import ResearchConsent, Response, Wave
from evaluation.operations.consent import record_research_consent
from evaluation.operations.responses import AnswersRefused, record_response_file, record_responses
from evaluation.operations.waves import open_wave
from evaluation.queries import enrolments_with
from payments.models import Instalment
from tests.evaluation.worlds import (
    AGREED,
    HAPPY,
    ITEM,
    a_participant,
    a_studied_pilot,
    an_answer,
    answered,
    consent,
)
from tests.factories import BY, NOON, a_pilot, an_enrolment

pytestmark = pytest.mark.django_db

COLUMNS = ["code", "wave", "instrument", "item", "value", "answered_on"]


def a_file(*rows: list, columns: list[str] = COLUMNS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode()


def a_row(enrolment, value="7", *, wave="1", instrument=HAPPY, item=ITEM, on="2026-03-01"):
    return [enrolment.code, wave, instrument, item, value, on]


def recorded(pilot, raw: bytes):
    return record_response_file(pilot=pilot, raw=raw, by=BY, now=NOON)


def refused(pilot, raw: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(AnswersRefused) as no:
        recorded(pilot, raw)
    return [(one.row, one.column, one.says) for one in no.value.problems]


def test_a_file_of_answers_is_recorded_with_one_audit_line():
    pilot = a_studied_pilot()
    amina = a_participant(pilot)
    sam = a_participant(pilot, "services", name="Sam Example")

    result = recorded(pilot, a_file(a_row(amina, "7"), a_row(sam, "5")))

    assert (result.added, result.already) == (2, 0)
    assert list(Response.objects.order_by("value").values_list("value", "mode", "version")) == [
        (5, "imported", "1"),
        (7, "imported", "1"),
    ]
    line = AuditEvent.objects.get(verb="responses.recorded")
    assert line.detail == {"answers": 2, "waves": [1], "instruments": [HAPPY]}


def test_the_same_file_again_records_nothing_and_is_no_error():
    pilot = a_studied_pilot()
    raw = a_file(a_row(a_participant(pilot)))
    recorded(pilot, raw)

    again = recorded(pilot, raw)

    assert (again.added, again.already) == (0, 1)
    assert Response.objects.count() == 1
    assert AuditEvent.objects.filter(verb="responses.recorded").count() == 1


def test_another_answer_to_an_answered_question_is_a_problem_and_overwrites_nothing():
    pilot = a_studied_pilot()
    amina = a_participant(pilot)
    answered(pilot, an_answer(amina, 7))

    problems = refused(pilot, a_file(a_row(amina, "8")))

    assert [(row, column) for row, column, _ in problems] == [(2, "value")]
    assert Response.objects.get().value == 7


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"wave": "9"}, "wave", "no wave 9"),
        ({"wave": "first"}, "wave", "not a whole number"),
        ({"wave": "-1"}, "wave", "no wave -1"),
        ({"wave": "99999"}, "wave", "no wave 99999"),
        ({"instrument": "phq99"}, "instrument", "no instrument 'phq99'"),
        ({"item": "joy"}, "item", "no item 'joy'"),
        ({"value": "11"}, "value", "0 to 10"),
        ({"value": "-1"}, "value", "0 to 10"),
        ({"value": "4.5"}, "value", "not a whole number"),
        ({"value": "１"}, "value", "not a whole number"),
        ({"value": ""}, "value", "empty"),
        ({"on": "2026-02-30"}, "answered_on", "not a date that exists"),
        ({"on": "2026-12-01"}, "answered_on", "in the future"),
    ],
)
def test_a_cell_that_is_wrong_is_named_and_nothing_is_recorded(changes, column, words):
    pilot = a_studied_pilot()
    amina = a_participant(pilot)
    good = a_row(amina, "7", wave="0")

    problems = refused(pilot, a_file(good, a_row(amina, **changes)))

    ((row, named, says),) = problems
    assert (row, named) == (3, column)
    assert words in says
    assert not Response.objects.exists()
    assert not AuditEvent.objects.filter(verb="responses.recorded").exists()


def test_somebody_unknown_or_without_consent_is_named_and_nothing_is_recorded():
    pilot = a_studied_pilot()
    silent = an_enrolment(pilot, code="QUIET1")
    left = a_participant(pilot, name="Nia Example")
    consent(left, decision="withdrawn")
    nobody = ["NOBODY", "1", HAPPY, ITEM, "7", "2026-03-01"]

    problems = refused(pilot, a_file(a_row(silent), a_row(left), nobody))

    assert [(row, column) for row, column, _ in problems] == [(2, "code"), (3, "code"), (4, "code")]
    assert "no consent to research" in problems[0][2]
    assert "nobody's code" in problems[2][2]
    assert not Response.objects.exists()


def test_a_code_of_another_pilot_is_nobodys():
    pilot = a_studied_pilot()
    elsewhere = a_participant(a_pilot(name="Harbour Cash Pilot"))

    problems = refused(pilot, a_file(a_row(elsewhere)))

    assert "nobody's code" in problems[0][2]


def test_the_same_question_twice_in_a_file_is_a_problem():
    pilot = a_studied_pilot()
    amina = a_participant(pilot)

    problems = refused(pilot, a_file(a_row(amina), a_row(amina)))

    assert problems == [(3, "item", "the same question is answered in row 2.")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "UTF-8"),
        (a_file(), "no answers"),
        (a_file(columns=["code", "wave"]), "missing"),
        (a_file(columns=[*COLUMNS, "name"]), "unknown column"),
        (b'"' + b"x" * 200_000 + b'"', "not a CSV"),
    ],
)
def test_a_file_that_is_none_says_so(raw, words):
    problems = refused(a_studied_pilot(), raw)

    assert words in " ".join(says for _, _, says in problems)


def test_all_problems_of_a_file_come_at_once_in_order():
    pilot = a_studied_pilot()
    amina = a_participant(pilot)

    problems = refused(
        pilot, a_file(a_row(amina, "99"), a_row(amina, "x"), a_row(amina, "7", wave="8"))
    )

    assert [row for row, _, _ in problems] == [2, 3, 4]


def test_a_withdrawal_counts_at_once_whatever_its_date():
    pilot = a_studied_pilot()
    amina = a_participant(pilot)

    consent(amina, decision="withdrawn", decided_on=AGREED - timedelta(days=9))

    assert not enrolments_with(pilot, "research").exists()


def test_a_consent_recorded_late_does_not_undo_a_later_withdrawal():
    pilot = a_studied_pilot()
    amina = a_participant(pilot)
    consent(amina, decision="withdrawn", decided_on=date(2026, 3, 1))

    consent(amina, decided_on=date(2026, 2, 25))

    assert not enrolments_with(pilot, "research").exists()


def test_somebody_who_comes_back_is_in_again():
    pilot = a_studied_pilot()
    amina = a_participant(pilot)
    consent(amina, decision="withdrawn", decided_on=date(2026, 3, 1))

    consent(amina, decided_on=date(2026, 3, 2))

    assert enrolments_with(pilot, "research").get() == amina


def test_each_use_is_agreed_to_by_itself():
    pilot = a_studied_pilot()
    a_participant(pilot, "cash", "research")
    both = a_participant(pilot, "cash", "research", "reuse", name="Sam Example")

    assert enrolments_with(pilot, "research").count() == 2
    assert enrolments_with(pilot, "research", "reuse").get() == both


def test_leaving_the_study_changes_no_payment():
    pilot = a_studied_pilot()
    amina = a_participant(pilot)
    before = list(Instalment.objects.order_by("pk").values())

    consent(amina, decision="withdrawn")

    assert before
    assert list(Instalment.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(verb="research consent.withdrawn").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"decided_on": date(2026, 3, 3)}, "decided_on"),
        ({"purpose": "marketing"}, "purpose"),
        ({"decision": "maybe"}, "decision"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(changes, field):
    amina = an_enrolment(a_studied_pilot())
    said = {"purpose": "research", "decision": "given", "decided_on": AGREED, **changes}

    with pytest.raises(Invalid) as no:
        record_research_consent(enrolment=amina, by=BY, now=NOON, **said)

    assert no.value.field == field
    assert not ResearchConsent.objects.exists()


def test_a_wave_has_its_number_alone():
    pilot = a_studied_pilot(waves=[1])

    with pytest.raises(Invalid, match="has a wave 1 already"):
        open_wave(pilot=pilot, number=1, name="Again", opens_on=AGREED, by=BY, now=NOON)

    assert Wave.objects.count() == 1


@pytest.mark.parametrize("changes", [{"number": -1}, {"number": 1000}, {"name": " "}])
def test_a_wave_without_a_usable_number_or_name_is_refused(changes):
    pilot = a_studied_pilot(waves=[])
    asked = {"number": 1, "name": "First", **changes}

    with pytest.raises(Invalid):
        open_wave(pilot=pilot, opens_on=AGREED, by=BY, now=NOON, **asked)

    assert not Wave.objects.exists()


def test_no_answers_at_all_are_recorded_as_none():
    pilot = a_studied_pilot()

    result = record_responses(pilot=pilot, answers=[], by=BY, now=NOON)

    assert (result.added, result.already) == (0, 0)
