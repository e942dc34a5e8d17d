"""Files of people on their way in. Nothing in a file is believed before somebody has decided."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.lifecycles import INTAKE
from participants.models import Enrolment, HeadingMeaning, Intake, IntakePlace, Pilot, Site
from participants.operations.enrolling_many import enrol_rows
from participants.operations.pairs import remember_different
from participants.queries.files import codes_taken, rows_already_here
from participants.queries.intakes import (
    DIFFERENT,
    LEAVE_OUT,
    left_out,
    meanings_of,
    rows_alike,
)
from participants.rules import PersonRow, Problem, people_in, too_many
from participants.rules.columns import COLUMNS, guessed, is_sure, missing, plain, taken_twice
from participants.rules.rejected import rejected_rows
from participants.rules.sheets import Unreadable, lines_of, written

State = Intake.State
LONGEST_FILE_NAME = 100
KEPT_FOR = timedelta(days=30)
LONGEST_HEADING = 100


@transaction.atomic
def take_in(
    *,
    pilot: Pilot,
    file_name: str,
    raw: bytes,
    by: str,
    now: datetime,
    site: Site | None = None,
) -> Intake:
    """Keep a file for checking, and guess what its headings mean; nobody is added yet. Its people
    will be met at this site, if one is named.

    Where every heading is known, it goes on to the check by itself.
    """
    try:
        lines = lines_of(raw)
    except Unreadable as error:
        raise Invalid(str(error), field="file") from None
    _check_lines(lines)
    remembered = meanings_of(pilot)
    intake = Intake.objects.create(
        pilot=pilot,
        site=site,
        file_name=file_name[-LONGEST_FILE_NAME:],
        raw=raw,
        headings=lines[0],
        columns=guessed(lines[0], remembered),
        rows=sum(map(any, lines[1:])),
        made_by=by,
        made_at=now,
        state_changed_at=now,
    )
    AuditEvent.record(intake, "intake.uploaded", at=now, by=by, rows=intake.rows)
    if is_sure(lines[0], remembered):
        INTAKE.move(intake, State.CHECKING, now=now, by=by)
    return intake


@transaction.atomic
def match_columns(*, intake: Intake, columns: Sequence[str], by: str, now: datetime) -> None:
    """Say which heading means which of our columns; remembered for this pilot's next file."""
    if len(columns) != len(intake.headings) or set(columns) - {"", *COLUMNS}:
        raise Invalid("Match each heading to one of the columns, or to none.", field="columns")
    if absent := missing(columns):
        raise Invalid(f"Say which heading is: {', '.join(absent)}.", field="columns")
    if twice := taken_twice(columns):
        raise Invalid(f"Only one heading can be: {', '.join(twice)}.", field="columns")
    for heading, column in zip(map(plain, intake.headings), columns, strict=True):
        HeadingMeaning.objects.update_or_create(
            pilot=intake.pilot, heading=heading[:LONGEST_HEADING], defaults={"column": column}
        )
    INTAKE.move(intake, State.CHECKING, now=now, by=by, columns=list(columns), **_NOT_LOOKED_AT)


@transaction.atomic
def check(*, intake: Intake, by: str, now: datetime) -> None:
    """Read every row, name every problem, and set beside each other who may be one person."""
    with _progress_of(intake) as tell:
        rows, problems = _read(intake, now)
        tell(intake.rows // 2)
        intake.alike = rows_alike(intake.pilot, rows, intake.site)
        rows, problems = _without_those_here(intake, rows, problems)
    found = [[one.row, one.column, one.says] for one in problems]
    changes = {"problems": found, "alike": intake.alike, "good": len(rows), "done": intake.rows}
    INTAKE.move(intake, State.CHECKED, now=now, by=by, tries=0, refusal="", **changes)


@transaction.atomic
def answer_alike(*, intake: Intake, answers: Mapping[int, str], by: str, now: datetime) -> None:
    """Keep what somebody said of rows that may be somebody else: another person, or left out."""
    asked = {one["row"] for one in intake.alike}
    if intake.state != State.CHECKED or set(answers) - asked:
        raise Refused("Nobody asked about these rows. Look at the file again.")
    if set(answers.values()) - {DIFFERENT, LEAVE_OUT}:
        raise Invalid(f"Answer with {DIFFERENT} or {LEAVE_OUT}.", field="answers")
    kept = Intake.objects.select_for_update().get(pk=intake.pk)
    kept.answers = intake.answers = {**kept.answers, **{str(k): v for k, v in answers.items()}}
    kept.save(update_fields=["answers"])
    AuditEvent.record(intake, "intake.answered", at=now, by=by, rows=len(answers))


@transaction.atomic
def begin_adding(*, intake: Intake, by: str, now: datetime) -> None:
    """Decide that the good rows are added, once every pair in the file has its answer."""
    waiting = {str(one["row"]) for one in intake.alike} - set(intake.answers)
    if waiting:
        count = len(waiting)
        raise Refused(
            f"{count:,} of the rows may be somebody who is here already. Say of each who it is."
            if count > 1
            else "One of the rows may be somebody who is here already. Say who it is."
        )
    if not intake.good - len(left_out(intake)):
        raise Refused("No row is left to be added. Correct the file, and send it again.")
    INTAKE.move(intake, State.ADDING, now=now, by=by, **_UNDER_WAY)


@transaction.atomic
def add(*, intake: Intake, by: str, now: datetime) -> list[Enrolment]:
    """Bring in everybody whose row is good and not left out, or nobody; keep the other rows only.

    Checked again under the pilot's lock: what has changed since is refused.
    """
    Pilot.objects.select_for_update().get(pk=intake.pilot_id)
    rows, problems = _without_those_here(intake, *_read(intake, now))
    out = left_out(intake)
    wanted = [one for one in rows if str(one.row) not in out]
    if len(rows) != intake.good:
        raise Refused("Something has changed since the check. Check the file again.")
    with _progress_of(intake) as tell:
        added = enrol_rows(
            pilot=intake.pilot, rows=wanted, site=intake.site, by=by, now=now, tell=tell
        )
    IntakePlace.objects.bulk_create(
        IntakePlace(intake=intake, enrolment=enrolment, row=one.row)
        for one, enrolment in zip(wanted, added, strict=True)
    )
    _remember(intake, wanted, added, by=by, now=now)
    rest = written(rejected_rows(_lines(intake), problems, intake.alike, out))
    changes = {"raw": rest, "problems": [], "alike": [], "done": len(added), "good": len(added)}
    INTAKE.move(intake, State.ADDED, now=now, by=by, tries=0, refusal="", **changes)
    return added


@transaction.atomic
def send_back(*, intake: Intake, refusal: str, by: str, now: datetime) -> None:
    """What was begun cannot be done: whoever sent the file has to look, and reads why."""
    back = State.UPLOADED if intake.state == State.CHECKING else State.CHECKED
    INTAKE.move(intake, back, now=now, by=by, refusal=refusal[:300], tries=0)


@transaction.atomic
def look_again(*, intake: Intake, by: str, now: datetime) -> None:
    """Check a file anew, because something has changed; what was answered is asked again."""
    INTAKE.move(intake, State.CHECKING, now=now, by=by, **_NOT_LOOKED_AT)


@transaction.atomic
def change_columns(*, intake: Intake, by: str, now: datetime) -> None:
    """Match the headings of a file anew."""
    INTAKE.move(intake, State.UPLOADED, now=now, by=by, **_NOT_LOOKED_AT)


@transaction.atomic
def drop(*, intake: Intake, by: str, now: datetime) -> None:
    """Give a file up: nobody was added, and nothing of it is kept."""
    INTAKE.move(intake, State.DROPPED, now=now, by=by, **_NOBODY)


def forget_old(*, by: str, now: datetime) -> int:
    """Give up files that nobody decided on for a month, and forget the rows that were not added;
    returns how many files that was."""
    old = Intake.objects.filter(state_changed_at__lt=now - KEPT_FOR)
    waiting = list(old.filter(state__in=[State.UPLOADED, State.CHECKED]))
    for intake in waiting:
        drop(intake=intake, by=by, now=now)
    return len(waiting) + old.filter(state=State.ADDED).exclude(raw=b"").update(raw=b"")


def begin_try(*, intake: Intake, by: str, now: datetime) -> None:
    """Count a try before it is made, so that a file that breaks its reader is not read for ever."""
    Intake.objects.filter(pk=intake.pk).update(tries=intake.tries + 1, done=0)


_NOT_LOOKED_AT = {
    "problems": [],
    "alike": [],
    "answers": {},
    "good": 0,
    "done": 0,
    "tries": 0,
    "refusal": "",
}
_UNDER_WAY = {"done": 0, "tries": 0, "refusal": ""}
_NOBODY = {"raw": b"", "problems": [], "alike": [], "answers": {}, "file_name": ""}


def _check_lines(lines: list[list[str]]) -> None:
    if problems := too_many(lines):
        raise Invalid(problems[0].says, field="file")
    if not any(any(line) for line in lines[1:]):
        raise Invalid("This file has column names and no people.", field="file")


def _lines(intake: Intake) -> list[list[str]]:
    return lines_of(bytes(intake.raw))


def _read(intake: Intake, now: datetime) -> tuple[list[PersonRow], list[Problem]]:
    """The rows that may be added, and every problem of the others."""
    pilot = intake.pilot
    rows, problems = people_in(
        _lines(intake),
        intake.columns,
        arms=pilot.arms.values_list("code", flat=True),
        languages=dict(settings.PARTICIPANT_LANGUAGES),
        today=timezone.localdate(now),
    )
    return _sorted_out(intake, rows, problems + codes_taken(pilot, rows))


def _without_those_here(
    intake: Intake, rows: list[PersonRow], problems: list[Problem]
) -> tuple[list[PersonRow], list[Problem]]:
    """Who seems to take part already is a problem, unless somebody is asked about the row."""
    asked = {one["row"] for one in intake.alike}
    here = [one for one in rows_already_here(intake.pilot, rows) if one.row not in asked]
    return _sorted_out(intake, rows, problems + here)


def _sorted_out(
    intake: Intake, rows: list[PersonRow], problems: list[Problem]
) -> tuple[list[PersonRow], list[Problem]]:
    """The rows without a problem, and the problems in the file's own headings and order."""
    bad = {one.row for one in problems}
    theirs = dict(zip(intake.columns, intake.headings, strict=True))
    named = [Problem(p.row, theirs.get(p.column, p.column), p.says) for p in problems]
    named.sort(key=lambda one: one.row)
    return [one for one in rows if one.row not in bad], named


def _remember(
    intake: Intake,
    rows: Sequence[PersonRow],
    added: Sequence[Enrolment],
    *,
    by: str,
    now: datetime,
) -> None:
    """Who was said to be another person is never held against that one again."""
    by_row = {one.row: enrolment for one, enrolment in zip(rows, added, strict=True)}
    here = {one["theirs"]["enrolment"] for one in intake.alike if "enrolment" in one["theirs"]}
    known = {one.public_id: one for one in Enrolment.objects.filter(public_id__in=here)}
    for one in intake.alike:
        mine, theirs = by_row.get(one["row"]), one["theirs"]
        other = (
            known.get(theirs["enrolment"]) if "enrolment" in theirs else by_row.get(theirs["row"])
        )
        if mine and other:
            remember_different(
                one=mine, other=other, score=one["score"], reasons=one["reasons"], by=by, now=now
            )


@contextmanager
def _progress_of(intake: Intake) -> Iterator[Callable[[int], None]]:
    """How far it is, for others to see at once: written beside this transaction, which nobody can
    look into before it is over."""
    beside = connection.copy()

    def tell(done: int) -> None:
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE participants_intake SET done = %s WHERE id = %s", [done, intake.pk]
            )

    try:
        yield tell
    finally:
        beside.close()
