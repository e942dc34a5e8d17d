"""Asking to join: what was answered, under which questions, what came of it, and why."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from cashpilot.core.database import OPEN_PERSONAL_COLUMNS
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from cashpilot.journeys import amend_pilot, enrol_application
from participants.models import Application, ApplicationDecision, Enrolment, Participant
from participants.operations.applications import (
    NotDecided,
    decide_again,
    mark_enrolled,
    record_application,
)
from participants.operations.designs import close
from participants.queries.applications import applications_of, decided_anew, last_decision
from participants.queries.designs import plan_of
from participants.queries.newcomers import NotRunning
from participants.rules.shapes import Faulty
from payments.models import Award
from tests.factories import BY, NOON, a_pilot, a_user, an_enrolment

pytestmark = pytest.mark.django_db
WHO = {"by": BY, "now": NOON}
AGE = {"code": "age", "words": "How old are you?", "kind": "number"}
HOME = {"code": "home", "words": "Do you live in the harbour district?", "kind": "yes_no"}


def from_age(years: int) -> dict:
    """Questions about age and home, for people from this age on who live here."""
    return {
        "questions": [AGE, HOME],
        "rule": {
            "all": [
                {
                    "question": "age",
                    "at_least": years,
                    "why": f"This pilot is for people from {years} on.",
                },
                {"question": "home", "is": True},
            ]
        },
        "what_else": "The welcome desk knows of other help.",
    }


def ask(pilot, eligibility, reason="We ask who lives here"):
    plan = {**plan_of(pilot), "eligibility": eligibility}
    return amend_pilot(pilot=pilot, plan=plan, reason=reason, **WHO)


@pytest.fixture
def pilot():
    made = a_pilot()
    ask(made, from_age(18))
    return made


def apply(pilot, answers=None, name="Amina Example", **fields) -> Application:
    said = {"age": 30, "home": "yes"} if answers is None else answers
    return record_application(pilot=pilot, name=name, answers=said, **fields, **WHO)


def test_an_application_keeps_answers_version_result_reasons_and_who_wrote_it_down(pilot):
    application = apply(pilot, {"age": 17, "home": "yes"})

    said = last_decision(application)
    assert said.answers == {"age": 17, "home": True}
    assert said.questions.version == 2
    assert said.result == "not_eligible"
    assert said.reasons == ["This pilot is for people from 18 on."]
    assert (said.recorded_by, said.recorded_at) == (BY, NOON)


def test_the_audit_says_what_was_decided_and_nothing_of_what_was_answered(pilot):
    application = apply(pilot)

    lines = AuditEvent.objects.filter(subject__endswith=application.public_id).order_by("pk")

    assert list(lines.values_list("verb", flat=True)) == ["application.made", "application.decided"]
    assert lines[1].detail == {"number": 1, "result": "eligible", "questions": 2}


def test_a_missing_answer_means_not_decided_yet_and_is_filled_in_later(pilot):
    application = apply(pilot, {"age": 17})

    first = last_decision(application)
    second = decide_again(application=application, answers={"age": 17, "home": True}, **WHO)

    assert (first.result, first.missing) == ("undecided", ["home"])
    assert (second.number, second.result) == (2, "not_eligible")


def test_the_same_answers_give_the_same_result_after_the_rules_change(pilot):
    application = apply(pilot, {"age": 20, "home": True})
    before = last_decision(application)

    ask(pilot, from_age(25), "There is less money")

    after = last_decision(application)
    later = apply(pilot, {"age": 20, "home": True}, name="Ben Example")
    assert (after.pk, after.result) == (before.pk, "eligible")
    assert decided_anew(after).result == "eligible"
    assert last_decision(later).result == "not_eligible"
    assert decided_anew(last_decision(later)).result == "not_eligible"


def test_deciding_again_under_new_questions_stands_beside_the_old_with_its_reason(pilot):
    application = apply(pilot, {"age": 17, "home": True})
    ask(pilot, from_age(16), "More money came")

    decide_again(
        application=application,
        answers={"age": 17, "home": True},
        why_again="They asked us to look again",
        **WHO,
    )

    said = application.decisions.order_by("number")
    assert list(said.values_list("number", "questions__version", "result", "why_again")) == [
        (1, 2, "not_eligible", ""),
        (2, 3, "eligible", "They asked us to look again"),
    ]


def test_deciding_again_without_a_reason_is_refused(pilot):
    decided = apply(pilot)
    waiting = apply(pilot, {"age": 17}, name="Ben Example")
    ask(pilot, from_age(16), "More money came")

    for application in (decided, waiting):
        with pytest.raises(Invalid, match="Say why") as no:
            decide_again(application=application, answers={"age": 17, "home": True}, **WHO)
        assert no.value.field == "why_again"

    assert ApplicationDecision.objects.count() == 2


@pytest.mark.parametrize(
    ("answers", "says"),
    [({"age": "old"}, "age: write a whole number"), ({"height": 3}, "no such question")],
)
def test_answers_of_another_kind_are_refused_and_nothing_is_kept(pilot, answers, says):
    with pytest.raises(Faulty, match=says):
        apply(pilot, answers)

    assert not Application.objects.exists()
    assert not AuditEvent.objects.filter(verb="application.made").exists()


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"date_of_birth": date(2026, 3, 3)}, "date_of_birth"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_a_wrong_person_is_refused_by_their_field(pilot, person, field):
    with pytest.raises(Invalid) as no:
        apply(pilot, **person)

    assert no.value.field == field
    assert not Application.objects.exists()


def test_the_same_particulars_twice_are_one_application_unless_it_is_another_person(pilot):
    apply(pilot, name="Suharto")

    with pytest.raises(Invalid, match="Is this another person"):
        apply(pilot, name="suharto")
    apply(pilot, name="Suharto", is_another=True)

    assert Application.objects.count() == 2


def test_somebody_who_can_join_is_enrolled_in_one_step_with_their_particulars(pilot):
    application = apply(pilot, email="amina@example.org", language="cy")

    enrolment = enrol_application(
        application=application,
        arm=pilot.arms.get(code="cash"),
        consent_date=date(2026, 2, 20),
        **WHO,
    )

    application.refresh_from_db()
    assert application.enrolment == enrolment
    assert enrolment.participant.email == "amina@example.org"
    assert enrolment.participant.language == "cy"
    assert enrolment.design.version == 2
    assert enrolment.award.instalments.count() == 3


@pytest.mark.parametrize("answers", [{"age": 17, "home": True}, {"age": 17}])
def test_nobody_is_enrolled_from_an_application_that_says_no_or_waits(pilot, answers):
    application = apply(pilot, answers)

    with pytest.raises(NotDecided):
        enrol_application(
            application=application,
            arm=pilot.arms.get(code="cash"),
            consent_date=date(2026, 2, 20),
            **WHO,
        )

    assert not Enrolment.objects.exists()
    assert not Participant.objects.exists()
    assert not Award.objects.exists()


def test_an_application_leads_to_one_enrolment_and_stays_as_it_is(pilot):
    application = apply(pilot)
    joins = {"application": application, "consent_date": date(2026, 2, 20), **WHO}
    enrol_application(arm=pilot.arms.get(code="cash"), **joins)

    with pytest.raises(Refused, match="take part already"):
        enrol_application(arm=pilot.arms.get(code="cash"), **joins)
    with pytest.raises(Refused, match="takes part already"):
        decide_again(application=application, answers={}, why_again="x", **WHO)

    assert Enrolment.objects.count() == ApplicationDecision.objects.count() == 1


def test_a_pilot_that_is_closed_takes_no_application(pilot):
    close(pilot=pilot, **WHO)

    with pytest.raises(NotRunning):
        apply(pilot)

    assert not Application.objects.exists()


def test_applications_are_listed_by_what_came_of_them(pilot):
    apply(pilot, name="Yes Example")
    apply(pilot, {"age": 3, "home": True}, name="No Example")
    apply(pilot, {}, name="Waiting Example")

    found = {
        result: [one.name for one in applications_of(pilot, a_user(), result=result)]
        for result in ("eligible", "not_eligible", "undecided", "")
    }

    assert found["eligible"] == ["Yes Example"]
    assert found["not_eligible"] == ["No Example"]
    assert found["undecided"] == ["Waiting Example"]
    assert len(found[""]) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"result": "not_eligible"},
        {"why_again": "x"},
        {"recorded_by": "x"},
        {"answers": {"age": 99}},
        {"reasons": ["another"]},
        {"number": 7},
        {"answers": {}},
        {"reasons": []},
    ],
)
def test_a_decision_is_written_once_in_the_database_too(pilot, changes):
    application = apply(pilot)

    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        application.decisions.update(**changes)
    with pytest.raises(DatabaseError, match="not taken away"), transaction.atomic():
        application.decisions.all()._raw_delete("default")

    assert application.decisions.get(number=1).result == "eligible"


def test_what_was_answered_is_emptied_by_an_erasure_alone(pilot):
    application = apply(pilot)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OPEN_PERSONAL_COLUMNS)
        application.decisions.update(answers={}, reasons=[])

    assert application.decisions.get().result == "eligible"


def test_a_decision_cannot_be_made_under_another_pilots_questions(pilot):
    application, other = apply(pilot), a_pilot(name="Quay Cash Pilot")
    theirs = other.eligibility_versions.get()

    with pytest.raises(IntegrityError, match="agrees_with_its_questions"), transaction.atomic():
        ApplicationDecision.objects.create(
            application=application,
            pilot=pilot,
            number=2,
            questions=theirs,
            result="eligible",
            recorded_by=BY,
            recorded_at=NOON,
        )

    assert application.decisions.count() == 1


def test_an_application_leads_into_its_own_pilot_only_and_once(pilot):
    application = apply(pilot)
    elsewhere = an_enrolment(a_pilot(name="Quay Cash Pilot"))
    here, there = an_enrolment(pilot, name="One Example"), an_enrolment(pilot, name="Two Example")

    with pytest.raises(DatabaseError, match="into its own pilot"), transaction.atomic():
        mark_enrolled(application=application, enrolment=elsewhere, **WHO)
    mark_enrolled(application=application, enrolment=here, **WHO)
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        Application.objects.update(enrolment=there)

    application.refresh_from_db()
    assert application.enrolment == here


def test_a_pilot_that_asks_nothing_takes_everybody():
    application = apply(a_pilot(), {})

    assert last_decision(application).result == "eligible"
