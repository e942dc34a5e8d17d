"""Files of people on their way in: which there are, and whom they may already hold."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from cashpilot.core.refusals import NotFound
from participants.models import (
    BenefitNote,
    BetterOffTalk,
    Consent,
    Enrolment,
    Intake,
    LifeEvent,
    Pilot,
    Site,
)
from participants.queries import Asker, check_act, check_in_reach, in_reach, pilots_of
from participants.queries.pairs import pairs_found, people_to_compare
from participants.rules import PersonRow, Problem
from participants.rules.likeness import person
from participants.rules.rejected import rejected_rows
from participants.rules.sheets import lines_of, written

MOST_TRIES = 3
DIFFERENT, LEAVE_OUT = "different", "leave_out"
UNDER_WAY = (Intake.State.CHECKING, Intake.State.ADDING)


def intakes_of(pilot: Pilot, asker: Asker) -> QuerySet[Intake]:
    """The intakes of a pilot in the asker's reach, newest first, without what is in the files."""
    mine = pilot.intakes.filter(in_reach(asker, "enrol people"))
    return mine.defer("raw", "problems", "alike").order_by("-pk")


def intake_for(asker: Asker, public_id: str, act: str) -> Intake:
    """One intake, in one of the asker's pilots and in their reach, if they may do this there."""
    found = (
        Intake.objects.filter(public_id=public_id, pilot__in=pilots_of(asker))
        .select_related("pilot", "site")
        .first()
    )
    if found is None:
        raise NotFound("There is no such file in your pilots.")
    check_act(asker, found.pilot, act)
    check_in_reach(found, asker, act)
    return found


def intakes_to_do() -> QuerySet[Intake]:
    """What a worker has to check or to add, oldest first; what failed too often waits for a
    person."""
    waiting = Intake.objects.filter(state__in=UNDER_WAY, tries__lt=MOST_TRIES)
    return waiting.defer("raw", "problems", "alike").order_by("pk")


def meanings_of(pilot: Pilot) -> dict[str, str]:
    """What this pilot's headings were said to mean: our column, or nothing."""
    return dict(pilot.heading_meanings.values_list("heading", "column"))


def enrolments_in(intake: Intake) -> QuerySet[Enrolment]:
    """Everybody who came in by this intake, in the order of their rows."""
    mine = Enrolment.objects.filter(intake_place__intake=intake)
    return mine.select_related("participant", "pilot", "arm").order_by("intake_place__row")


def rows_alike(
    pilot: Pilot, rows: Sequence[PersonRow], site: Site | None = None
) -> list[dict[str, Any]]:
    """The rows that may be somebody who takes part, or who stands further up: most alike first,
    each with the other beside it, the score and its reasons. Who sends a file from one site is
    shown of somebody who is met elsewhere only the code."""
    by_key = {-one.row: one for one in rows}
    file = [
        person(-one.row, name=one.name, born=one.date_of_birth, email=one.email, phone=one.phone)
        for one in rows
    ]
    found = pairs_found([*people_to_compare(pilot), *file], new=by_key.keys())
    people = _people_of((high for _, high, _ in found if high > 0), site)
    return [
        {
            "row": -low,
            "score": likeness.score,
            "reasons": list(likeness.reasons),
            "mine": _as_row(by_key[low]),
            "theirs": people[high] if high > 0 else _as_row(by_key[high]),
        }
        for low, high, likeness in found
    ]


def _people_of(enrolments: Iterable[int], site: Site | None) -> dict[int, dict[str, Any]]:
    rows = Enrolment.objects.filter(pk__in=set(enrolments)).select_related("participant")
    return {
        one.pk: _shown(one) if site is None or one.site_id == site.pk else _met_elsewhere(one)
        for one in rows
    }


def _shown(one: Enrolment) -> dict[str, Any]:
    person = one.participant
    return {
        "enrolment": one.public_id,
        "code": one.code,
        "name": person.name,
        "date_of_birth": person.date_of_birth and str(person.date_of_birth),
        "email": person.email,
        "phone": person.phone,
    }


def _met_elsewhere(one: Enrolment) -> dict[str, Any]:
    hidden = dict.fromkeys(("name", "email", "phone"), "")
    return {"enrolment": one.public_id, "code": one.code, "date_of_birth": None, **hidden}


def _as_row(one: PersonRow) -> dict[str, Any]:
    return {
        "row": one.row,
        "code": one.code,
        "name": one.name,
        "date_of_birth": one.date_of_birth and str(one.date_of_birth),
        "email": one.email,
        "phone": one.phone,
    }


def samples_of(intake: Intake) -> list[str]:
    """What stands below each heading in the first rows that have something there."""
    lines = lines_of(bytes(intake.raw))[1:50]
    return [
        ", ".join([line[column] for line in lines if line[column : column + 1] > [""]][:3])
        for column in range(len(intake.headings))
    ]


def written_about(people: Iterable[Enrolment]) -> bool:
    """Whether anything was written down about these people since they were enrolled: a life event,
    a conversation, a note, another decision."""
    mine = {"enrolment__in": [one.pk for one in people]}
    if any(model.objects.filter(**mine).exists() for model in (LifeEvent, BetterOffTalk)):
        return True
    consents = Consent.objects.filter(**mine).count()
    return BenefitNote.objects.filter(**mine).exists() or consents > len(mine["enrolment__in"])


def rejected_file(intake: Intake) -> bytes:
    """The rows that are not added, each with what is wrong with it: as they stand now, or as they
    were when the others were added."""
    if intake.state == Intake.State.ADDED and intake.raw:
        return bytes(intake.raw)
    if intake.state != Intake.State.CHECKED:
        raise NotFound("There is no such file: it is not checked yet, or forgotten.")
    problems = [Problem(*one) for one in intake.problems]
    rows = rejected_rows(lines_of(bytes(intake.raw)), problems, intake.alike, left_out(intake))
    return written(rows)


def left_out(intake: Intake) -> set[str]:
    """The rows that somebody said to leave out."""
    return {row for row, answer in intake.answers.items() if answer == LEAVE_OUT}
