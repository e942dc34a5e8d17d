"""Small worlds for tests of the evaluation: people who agreed, waves, answers."""

from collections.abc import Iterable
from datetime import date

from evaluation.operations.consent import record_research_consent
from evaluation.operations.responses import record_responses
from evaluation.operations.waves import open_wave
from evaluation.rules.answers import Answer
from participants.models import Arm, Enrolment, Participant, Pilot
from tests.factories import BY, NOON, a_pilot, an_enrolment

AGREED = date(2026, 2, 20)
ASKED = date(2026, 3, 1)
HAPPY = "ons_happiness"
ITEM = "happy_yesterday"


def a_studied_pilot(*, waves: Iterable[int] = (0, 1)) -> Pilot:
    """A pilot whose waves are open, with nobody in it yet."""
    pilot = a_pilot()
    for number in waves:
        open_wave(
            pilot=pilot, number=number, name=f"Wave {number}", opens_on=AGREED, by=BY, now=NOON
        )
    return pilot


def consent(
    enrolment: Enrolment,
    *purposes: str,
    decision: str = "given",
    decided_on: date = AGREED,
    now=NOON,
) -> None:
    for purpose in purposes or ("research",):
        record_research_consent(
            enrolment=enrolment,
            purpose=purpose,
            decision=decision,
            decided_on=decided_on,
            by=BY,
            now=now,
        )


def a_participant(pilot: Pilot, arm: str = "cash", *purposes: str, **person) -> Enrolment:
    """Somebody who is enrolled and has agreed to research, or to these uses."""
    enrolment = an_enrolment(pilot, arm=arm, **person)
    consent(enrolment, *purposes)
    return enrolment


def people_in(pilot: Pilot, arm: str, count: int) -> list[Enrolment]:
    """Many people in an arm who agreed to research, made at once."""
    found: Arm = pilot.arms.get(code=arm)
    people = Participant.objects.bulk_create(
        Participant(name=f"Person {n}", created_at=NOON) for n in range(count)
    )
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(
            pilot=pilot,
            participant=person,
            arm=found,
            is_paid=found.is_paid,
            enrolled_on=AGREED,
            state_changed_at=NOON,
        )
        for person in people
    )
    for one in enrolments:
        consent(one)
    return enrolments


def an_answer(enrolment: Enrolment, value: int, *, wave: int = 1, row: int = 1, **other) -> Answer:
    fields = {"instrument": HAPPY, "item": ITEM, "answered_on": ASKED, **other}
    return Answer(row=row, code=enrolment.code, wave=wave, value=value, **fields)


def answered(pilot: Pilot, *answers: Answer) -> None:
    record_responses(pilot=pilot, answers=answers, by=BY, now=NOON)
