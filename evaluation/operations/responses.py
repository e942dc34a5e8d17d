"""Taking in what people answered: all of it, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from evaluation.models import ResearchConsent, Response, Wave
from evaluation.queries.consent import enrolments_with
from evaluation.queries.instruments import instruments
from evaluation.rules.answers import Answer, Known, Question, problems_in, read_answers
from participants.models import Pilot
from participants.rules import Problem


class AnswersRefused(Invalid):
    """Answers with problems: none was recorded. `problems` names each by row and column."""

    code = "answers-refused"

    def __init__(self, problems: Sequence[Problem]):
        self.problems = sorted(problems, key=lambda one: (one.row, one.column))
        found = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
        super().__init__(f"Nothing was recorded: {found} to correct.", field="file")


@dataclass(frozen=True)
class Recorded:
    """How many answers were new, and how many were there with the same value already."""

    added: int
    already: int


@transaction.atomic
def record_responses(
    *, pilot: Pilot, answers: Sequence[Answer], by: str, now: datetime
) -> Recorded:
    """Record every answer, or none; the same answers handed in twice are recorded once.

    An answer is kept only from somebody whose consent to research is in force, and is never
    overwritten. No answer, given or not given, changes a payment.
    """
    return _record(pilot, answers, [], by=by, now=now)


@transaction.atomic
def record_response_file(*, pilot: Pilot, raw: bytes, by: str, now: datetime) -> Recorded:
    """Record every answer in a CSV file, or none: any problem refuses the whole file."""
    answers, problems = read_answers(raw)
    return _record(pilot, answers, problems, by=by, now=now)


def _record(
    pilot: Pilot,
    answers: Sequence[Answer],
    problems: Sequence[Problem],
    *,
    by: str,
    now: datetime,
) -> Recorded:
    """Hold the answers against what is known, and write those that are new.

    The waves are locked first, so that of two files handed in at once the second finds what the
    first has recorded. Nothing that payments wait for is locked.
    """
    numbers = {one.wave for one in answers if 0 <= one.wave < 2**15}
    found = Wave.objects.select_for_update().filter(pilot=pilot, number__in=numbers)
    waves = {wave.number: wave for wave in found.order_by("number")}
    people = dict(
        pilot.enrolments.filter(code__in={one.code for one in answers}).values_list("code", "pk")
    )
    known = Known(
        today=timezone.localdate(now),
        codes=people,
        consenting=_consenting(pilot),
        waves=waves,
        instruments=instruments(),
        recorded=_recorded(waves, people),
    )
    if wrong := [*problems, *problems_in(answers, known)]:
        raise AnswersRefused(wrong)
    new = [one for one in answers if one.question not in known.recorded]
    Response.objects.bulk_create(
        [
            Response(
                enrolment_id=people[one.code],
                wave=waves[one.wave],
                instrument=one.instrument,
                version=known.instruments[one.instrument].version,
                item=one.item,
                value=one.value,
                mode=one.mode,
                answered_on=one.answered_on,
                recorded_at=now,
            )
            for one in new
        ],
        batch_size=2_000,
    )
    if new:
        AuditEvent.record(pilot, "responses.recorded", at=now, by=by, **_summary(new))
    return Recorded(added=len(new), already=len(answers) - len(new))


def _consenting(pilot: Pilot) -> set[str]:
    agreed = enrolments_with(pilot, ResearchConsent.Purpose.RESEARCH)
    return set(agreed.values_list("code", flat=True))


def _recorded(waves: dict[int, Wave], people: dict[str, int]) -> dict[Question, int]:
    stand = Response.objects.filter(wave__in=waves.values(), enrolment__in=people.values())
    rows = stand.values_list("enrolment__code", "wave__number", "instrument", "item", "value")
    return {(code, wave, name, item): value for code, wave, name, item, value in rows}


def _summary(new: Sequence[Answer]) -> dict[str, object]:
    """What the audit says of a recording: how much of what, and no answer."""
    return {
        "answers": len(new),
        "waves": sorted({one.wave for one in new}),
        "instruments": sorted({one.instrument for one in new}),
    }
