"""What a file of people is held against: who is in the pilot already, and with which code."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import date

from participants.models import Enrolment, Pilot
from participants.rules import HERE_ALREADY, PersonRow, Problem


def codes_taken(pilot: Pilot, rows: Iterable[PersonRow]) -> list[Problem]:
    """The rows whose code somebody in the pilot has."""
    coded = [one for one in rows if one.code]
    codes = [one.code for one in coded]
    taken = set(pilot.enrolments.filter(code__in=codes).values_list("code", flat=True))
    return [
        Problem(one.row, "code", f"{one.code!r} is somebody else's code in this pilot.")
        for one in coded
        if one.code in taken
    ]


def rows_already_here(pilot: Pilot, rows: Iterable[PersonRow]) -> list[Problem]:
    """The rows that seem to be somebody who takes part already, or who stands further up: by the
    same rule as for one person, in one query."""
    known: dict[Hashable, set[str]] = defaultdict(set)
    for code, name, born, email, agreed in _people_in(pilot):
        for mark in _marks(name, born, email, agreed):
            known[mark].add(code)
    problems = []
    for one in rows:
        marks = list(_looked_for(one))
        found = set().union(*(known[mark] for mark in marks if mark in known))
        if found and (not one.code or one.code in found):
            problems.append(Problem(one.row, "name", HERE_ALREADY.format(min(found))))
        for mark in _marks(one.name, one.date_of_birth, one.email, one.consent_date):
            known[mark].add(one.code or f"of row {one.row}")
    return problems


def _people_in(pilot: Pilot):
    active = pilot.enrolments.filter(state=Enrolment.State.ACTIVE)
    person = ("participant__name", "participant__date_of_birth", "participant__email")
    return active.values_list("code", *person, "consents__decided_on").iterator(chunk_size=5_000)


def _marks(name: str, born: date | None, email: str, agreed: date | None) -> Iterator[Hashable]:
    yield "born", name.casefold(), born
    yield "agreed", name.casefold(), agreed
    if email:
        yield "email", email.casefold()


def _looked_for(one: PersonRow) -> Iterator[Hashable]:
    if one.date_of_birth:
        yield "born", one.name.casefold(), one.date_of_birth
    else:
        yield "agreed", one.name.casefold(), one.consent_date
    if one.email:
        yield "email", one.email.casefold()
