"""Who may see which release, and the data a release is made from. Nothing here writes."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet

from cashpilot.core import access
from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from evaluation.models import Release, ResearchConsent
from evaluation.queries.answers import Row, people_with_answers, scores_of
from evaluation.queries.consent import enrolments_with
from evaluation.queries.released_columns import (
    KEYED,
    MINOR,
    PERSON_COLUMNS,
    Column,
    Levels,
    age_band_at,
    check_declared,
    outcome,
)
from participants.models import Pilot
from participants.queries import pilot_for, pilots_of, roles_of

if TYPE_CHECKING:
    import pandas as pd

NO_RELEASE = "There is no such release in your pilots."
REQUEST, APPROVE = "request releases", "approve releases"
EITHER = (REQUEST, APPROVE)
PURPOSES = (ResearchConsent.Purpose.RESEARCH, ResearchConsent.Purpose.REUSE)
AGE = ("participant__date_of_birth", "enrolled_on")


def release_for(user: User, public_id: str, *acts: str) -> Release:
    """One release of one of the user's pilots, if they may do at least one of these acts there.

    A release of anybody else's pilot is as absent as one that never was.
    """
    found = (
        Release.objects.filter(public_id=public_id, pilot__in=pilots_of(user))
        .select_related("pilot", "requested_by", "approved_by")
        .defer("content")
        .first()
    )
    if found is None:
        raise NotFound(NO_RELEASE)
    check_any(roles_of(user, found.pilot), *acts)
    return found


def pilot_of_releases(user: User, public_id: str) -> Pilot:
    """The pilot, if the user may request or approve releases of it."""
    pilot = pilot_for(user, public_id, "see the pilot")
    check_any(roles_of(user, pilot), *EITHER)
    return pilot


def pilots_with_releases(user: User) -> list[tuple[Pilot, set[str]]]:
    """The pilots whose releases the user may see, each with the user's roles there.

    A member of pilots who may see the releases of none is told who could.
    """
    held = [(pilot, roles_of(user, pilot)) for pilot in pilots_of(user)]
    seen = [held_in for held_in in held if any(access.may(held_in[1], act) for act in EITHER)]
    if held and not seen:
        check_any(held[0][1], *EITHER)
    return seen


def check_any(roles: set[str], *acts: str) -> None:
    """Let pass who may do at least one of these acts; refuse others in the words of the first."""
    if not any(access.may(roles, act) for act in acts):
        access.check(roles, acts[0])


def releases_of(pilot: Pilot) -> QuerySet[Release]:
    """The releases of a pilot, newest first."""
    return (
        Release.objects.filter(pilot=pilot)
        .select_related("pilot", "requested_by", "approved_by")
        .defer("content")
        .order_by("-requested_at", "-pk")
    )


def approved_releases() -> QuerySet[Release]:
    """The releases that wait to be built, oldest approval first."""
    return Release.objects.filter(state="approved").order_by("state_changed_at", "pk")


def manifest_of(release: Release) -> dict[str, Any]:
    """What is said about a release that was built."""
    if not release.manifest:
        raise NotFound("There is no manifest yet: the release has not been built.")
    return release.manifest


def key_version() -> str:
    """A fingerprint of the pseudonym key: it tells two keys apart and gives neither away."""
    from evaluation.disclosure.pseudonymising import hkdf

    return hkdf(_key(), b"version of the pseudonym key", 4).hex()


def has_lost_somebody(release: Release) -> bool:
    """Whether the stored file holds somebody who no longer agrees to research and reuse."""
    willing = enrolments_with(release.pilot, *PURPOSES).values_list("public_id", flat=True)
    agreed = set(_pseudonyms(release.pilot, willing).values())
    rows = csv.DictReader(io.StringIO(bytes(release.content or b"").decode("utf-8")))
    return any(row["pseudonym"] not in agreed for row in rows)


@dataclass(frozen=True)
class Source:
    """The declared columns of a pilot, one row a person by pseudonym, before any coarsening."""

    table: "pd.DataFrame"
    columns: tuple[Column, ...]
    hierarchies: dict[str, Levels]


def source_of(pilot: Pilot, declared: Sequence[Column] = PERSON_COLUMNS) -> Source:
    """What is released of a pilot, read through the declaration alone, from one moment.

    One row a person with research and reuse consent in force: their first enrolment. Adults only:
    whoever is known to have been a child on enrolment is left out, for nobody has agreed for them.
    """
    import pandas as pd

    people = _people_to_release(pilot, declared)
    outcomes = _outcomes(people)
    columns = (*declared, *outcomes.values())
    check_declared(columns)
    table = pd.DataFrame(
        {
            column.name: [column.rule.make(*_read(one, column)) for one in people]
            for column in declared
        }
    )
    scores = scores_of(people)
    for (wave, instrument), column in outcomes.items():
        found = [scores.get((one["pk"], wave, instrument)) for one in people]
        table[column.name] = pd.Series(found, dtype="float64")
    coded = _pseudonyms(pilot, [one["public_id"] for one in people])
    for column in declared:
        if column.rule is KEYED:
            table[column.name] = table[column.name].map(coded)
    return Source(
        table.sort_values("pseudonym", ignore_index=True), columns, _hierarchies(people, declared)
    )


def _people_to_release(pilot: Pilot, declared: Sequence[Column]) -> list[Row]:
    paths = {"public_id", "participant", *AGE}.union(*(column.reads for column in declared))
    rows = people_with_answers(pilot, *PURPOSES, columns=sorted(paths))
    first: dict[int, Row] = {}
    for one in rows:
        first.setdefault(one["participant"], one)
    return [one for one in first.values() if age_band_at(*(one[path] for path in AGE)) != MINOR]


def _outcomes(people: list[Row]) -> dict[tuple[int, str], Column]:
    """A declared column for each wave and instrument that anybody answered, in order."""
    versions: dict[tuple[int, str], set[str]] = {}
    for one in people:
        for answer in one["answers"]:
            of = versions.setdefault((answer["wave"], answer["instrument"]), set())
            of.add(answer["version"])
    return {
        (wave, instrument): outcome(instrument, wave, sorted(versions[wave, instrument]))
        for wave, instrument in sorted(versions)
    }


def _hierarchies(people: list[Row], declared: Sequence[Column]) -> dict[str, Levels]:
    return {
        column.name: column.hierarchy([_read(one, column) for one in people])
        for column in declared
        if column.hierarchy and people
    }


def _read(person: Row, column: Column) -> tuple[Any, ...]:
    return tuple(person[path] for path in column.reads)


def _pseudonyms(pilot: Pilot, public_ids: Iterable[str]) -> dict[str, str]:
    from evaluation.disclosure import pseudonyms

    return pseudonyms(_key(), pilot.public_id, public_ids)


def _key() -> bytes:
    return settings.PSEUDONYM_KEY.encode()
