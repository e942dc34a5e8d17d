"""Unconditional: whatever is answered, missed or withdrawn, the money stays as it was."""

from datetime import date

import pytest

from evaluation.models import Response
from evaluation.operations.consent import record_research_consent
from evaluation.operations.responses import record_responses
from evaluation.operations.waves import open_wave
from evaluation.rules.answers import Answer
from participants.models import ConsentText
from participants.operations.consent import publish_text, record_consent
from payments.queries import due_in, lines_now, promised_minor, schedule_of
from tests.factories import BY, NOON, a_pilot, a_prepared_run, an_enrolment, ready

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


def money_of(pilot, run):
    """Everything that decides who is paid, how much, when and where to."""
    people = pilot.enrolments.order_by("pk")
    return (
        [schedule_of(one) for one in people],
        [
            (one.instalment_id, one.destination, one.left_out)
            for one in due_in(fund(pilot), TODAY, NOON)
        ],
        lines_now(run),
        promised_minor(fund(pilot)),
    )


def fund(pilot):
    return pilot.funds.get()


def decide(enrolment, decision):
    record_research_consent(
        enrolment=enrolment,
        purpose="research",
        decision=decision,
        decided_on=TODAY,
        by=BY,
        now=NOON,
    )


def test_answers_missed_surveys_and_leaving_the_research_change_no_payment():
    pilot = a_pilot()
    answers_all, answers_none = (
        ready(an_enrolment(pilot, name=name)) for name in ("Amina Example", "Ben Example")
    )
    run = a_prepared_run(pilot)
    before = money_of(pilot, run)

    open_wave(pilot=pilot, number=0, name="First", opens_on=TODAY, by=BY, now=NOON)
    for one in (answers_all, answers_none):
        decide(one, "given")
    answer = Answer(
        row=1,
        code=answers_all.code,
        wave=0,
        instrument="ons_life_satisfaction",
        item="life_satisfaction",
        value=0,
        answered_on=TODAY,
    )
    record_responses(pilot=pilot, answers=[answer], by=BY, now=NOON)
    decide(answers_none, "withdrawn")

    assert Response.objects.count() == 1
    assert money_of(pilot, run) == before


def test_withdrawing_contact_or_taking_back_a_consent_changes_no_payment():
    pilot = a_pilot()
    enrolment = ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)
    before = money_of(pilot, run)
    publish_text(
        pilot=pilot,
        purpose=ConsentText.Purpose.CONTACT,
        body="You may call me.",
        language="en",
        by=BY,
        now=NOON,
    )

    for purpose in (ConsentText.Purpose.TAKE_PART, ConsentText.Purpose.CONTACT):
        record_consent(
            enrolment=enrolment,
            purpose=purpose,
            decision="withdrawn",
            decided_on=date(2026, 3, 1),
            how="phone",
            by=BY,
            now=NOON,
        )

    assert money_of(pilot, run) == before
