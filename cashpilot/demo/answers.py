"""What the people of the demo answered, and one release that a researcher can take away."""

from datetime import date, datetime

from cashpilot.core.models import User
from cashpilot.demo.people import answers_of
from evaluation.instruments import load_registry
from evaluation.models import ResearchConsent
from evaluation.operations import releases
from evaluation.operations.consent import record_research_consent
from evaluation.operations.responses import record_responses
from evaluation.operations.waves import open_wave
from evaluation.rules.answers import Answer
from participants.models import Enrolment, Pilot

BY = "demo"
SAYS_NO = 9
MISSES_THE_SECOND = 11


def record_the_study(
    pilot: Pilot, people: list[Enrolment], days: tuple[date, date], now: datetime
) -> None:
    """Two waves of the four ONS questions; a few people say no, a few miss the second wave."""
    asked = [(number, one) for number, one in enumerate(people) if number % SAYS_NO]
    for _, enrolment in asked:
        for purpose in (ResearchConsent.Purpose.RESEARCH, ResearchConsent.Purpose.REUSE):
            record_research_consent(
                enrolment=enrolment,
                purpose=purpose,
                decision=ResearchConsent.Decision.GIVEN,
                decided_on=days[0],
                by=BY,
                now=now,
            )
    for wave, (name, day) in enumerate(zip(("At the start", "After 3 months"), days, strict=True)):
        open_wave(pilot=pilot, number=wave, name=name, opens_on=day, by=BY, now=now)
        answers = [
            answer
            for number, one in asked
            if not wave or number % MISSES_THE_SECOND
            for answer in _answers(one, number, wave, day)
        ]
        record_responses(pilot=pilot, answers=answers, by=BY, now=now)


def release_a_dataset(pilot: Pilot, requester: User, approver: User, now: datetime) -> None:
    """One release, asked for and approved; the worker builds it."""
    release = releases.request_release(
        pilot=pilot,
        purpose="How people fare after three months",
        requester=requester,
        by=BY,
        now=now,
    )
    releases.approve(
        release=release, approver=approver, digest=release.dry_run_digest, by=BY, now=now
    )


def _answers(enrolment: Enrolment, number: int, wave: int, day: date) -> list[Answer]:
    items = {one.id: one.keys[0] for one in load_registry().values()}
    said = answers_of(number, wave, is_paid=enrolment.is_paid)
    return [
        Answer(
            row=0,
            code=enrolment.code,
            wave=wave,
            instrument=instrument,
            item=items[instrument],
            value=value,
            answered_on=day,
            mode="self",
        )
        for instrument, value in said.items()
    ]
