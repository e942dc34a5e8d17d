"""The list of a draw: who is on it, until it is held."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Consent, Draw, Entrant, Participant, Site
from participants.operations.enrolment import FileRefused
from participants.queries.draws import listed_already, roster_of
from participants.rules import Problem, check_choice, check_reader
from participants.rules.assignment import units_of
from participants.rules.entrants import NewEntrant, here_already, read_entrant, read_entrants

BATCH = 2_000
LANGUAGES = dict(settings.PARTICIPANT_LANGUAGES)


@transaction.atomic
def enter(
    *,
    draw: Draw,
    person: Mapping[str, Any],
    by: str,
    now: datetime,
    how: str = Consent.How.IN_PERSON,
    read_by: str = "",
    site: Site | None = None,
) -> Entrant:
    """Put one person on the list, who agreed to take part whatever the lot gives them, and is met
    at this site, if one is named."""
    check_choice(how, Consent.How.values, field="how")
    read_by = check_reader(how, read_by)
    _open(draw)
    today = timezone.localdate(now)
    new = read_entrant(person, draw.plan, languages=LANGUAGES, today=today)
    for problem in here_already([(0, new)], *listed_already(draw)):
        raise Invalid(_sentence(problem.says), field=problem.column)
    (entrant,) = _add(draw, [new], site=site, how=how, read_by=read_by, by=by, now=now)
    return entrant


@transaction.atomic
def enter_file(
    *, draw: Draw, raw: bytes, by: str, now: datetime, site: Site | None = None
) -> list[Entrant]:
    """Put everybody in a CSV file on the list, or nobody: any problem refuses the whole file."""
    _open(draw)
    today = timezone.localdate(now)
    rows, problems = read_entrants(raw, draw.plan, languages=LANGUAGES, today=today)
    problems += here_already(rows, *listed_already(draw))
    if not (rows or problems):
        problems = [Problem(0, "", "This file has column names and no people.")]
    if problems:
        raise FileRefused(sorted(problems, key=lambda p: (p.row, p.column)))
    people = [one for _, one in rows]
    return _add(draw, people, site=site, how=Consent.How.PAPER, read_by="", by=by, now=now)


@transaction.atomic
def take_off(*, entrant: Entrant, by: str, now: datetime) -> None:
    """Somebody no longer wants to be in the draw: nothing of them stays but that they asked."""
    _open(entrant.draw)
    AuditEvent.record(entrant, "entrant.taken off", at=now, by=by)
    participant = entrant.participant
    entrant.delete()
    participant.delete()


def _open(draw: Draw) -> None:
    """Hold the list for this transaction; refused once the draw is over."""
    held = Draw.objects.select_for_update().get(pk=draw.pk)
    if held.state != Draw.State.COMMITTED:
        raise Refused("This draw is over, and its list stays as it was.")


def _add(
    draw: Draw,
    people: Iterable[NewEntrant],
    *,
    site: Site | None,
    how: str,
    read_by: str,
    by: str,
    now: datetime,
) -> list[Entrant]:
    """Write them down; refused where a cluster's people would differ in what is kept alike."""
    people = list(people)
    persons = Participant.objects.bulk_create(
        (
            Participant(
                name=one.name,
                date_of_birth=one.date_of_birth,
                email=one.email,
                phone=one.phone,
                language=one.language,
                created_at=now,
            )
            for one in people
        ),
        batch_size=BATCH,
    )
    entrants = Entrant.objects.bulk_create(
        (
            Entrant(
                draw=draw,
                participant=participant,
                site=site,
                group=dict(one.group),
                consent_date=one.consent_date,
                how=how,
                read_by=read_by,
                entered_by=by,
                entered_at=now,
                **({"code": one.code} if one.code else {}),
            )
            for one, participant in zip(people, persons, strict=True)
        ),
        batch_size=BATCH,
    )
    units_of(draw.plan, roster_of(draw))
    AuditEvent.record_each(entrants, "entrant.listed", at=now, by=by)
    return entrants


def _sentence(says: str) -> str:
    return says[:1].upper() + says[1:]
