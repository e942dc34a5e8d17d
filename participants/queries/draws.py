"""The questions other code may ask of a pilot's draw. Before it is held none gives an outcome."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import QuerySet

from cashpilot.core.refusals import NotFound, Refused
from participants.models import Allotment, Draw, Entrant, Pilot
from participants.rules.assignment import Entry, Outcome
from participants.rules.balance import Difference, differences
from participants.rules.design import Design
from participants.rules.entrants import mark_of
from participants.rules.proof import document, outcomes_text

NO_DRAW = "This pilot has no draw, or you may not see it."
NOBODY = "There is no such person on the list of this draw."
AGES = {25: "under 25", 35: "25 to 34", 50: "35 to 49", 65: "50 to 64"}


def draw_of(pilot: Pilot) -> Draw | None:
    """The pilot's draw, if one is committed to or held."""
    return pilot.draws.exclude(state=Draw.State.WITHDRAWN).first()


def the_draw_of(pilot: Pilot) -> Draw:
    """The pilot's draw; without one there is nothing here."""
    if (found := draw_of(pilot)) is None:
        raise NotFound(NO_DRAW)
    return found


def withdrawn_draws_of(pilot: Pilot) -> QuerySet[Draw]:
    """Commitments that were taken back before anybody was on their list, newest first."""
    return pilot.draws.filter(state=Draw.State.WITHDRAWN).order_by("-pk")


def entrants_of(draw: Draw) -> QuerySet[Entrant]:
    """Everybody on the list, by code, with their outcome once there is one."""
    return draw.entrants.select_related("participant", "allotment__arm").order_by("code")


def entrant_for(draw: Draw, public_id: str) -> Entrant:
    found = entrants_of(draw).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(NOBODY)
    return found


def roster_of(draw: Draw) -> list[Entry]:
    """Who is drawn, as the rules know them: by code, cluster and strata."""
    design = draw.plan
    return [
        _entry(design, code, group) for code, group in draw.entrants.values_list("code", "group")
    ]


def outcomes_of(draw: Draw) -> list[Outcome]:
    """What the lot gave each, as it was written down; nothing before the draw is held."""
    rows = Allotment.objects.filter(entrant__draw=draw)
    said = rows.values_list("entrant__code", "kind", "arm__code", "position")
    return [Outcome(code, kind, arm or "", position or 0) for code, kind, arm, position in said]


def document_of(draw: Draw) -> dict[str, Any]:
    """What somebody needs to draw again; there is none before the draw is held."""
    if draw.state != Draw.State.HELD:
        raise Refused("Until the draw is held its seed is sealed, and there is nothing to verify.")
    return document(
        pilot=draw.pilot.name,
        commitment=draw.commitment,
        design=draw.design,
        seed=draw.seed,
        roster=roster_of(draw),
        outcomes=outcomes_text(outcomes_of(draw)),
        committed_at=draw.committed_at.isoformat(),
        held_at=draw.state_changed_at.isoformat(),
    )


def counts_of(draw: Draw) -> list[tuple[tuple[str, ...], dict[str, int]]]:
    """How many people of each group have each outcome, under the outcome's name."""
    names = outcome_names(draw)
    rows = Counter[tuple[tuple[str, ...], str]]()
    groups: set[tuple[str, ...]] = set()
    design = draw.plan
    for one in entrants_of(draw).filter(allotment__isnull=False):
        group = _entry(design, one.code, one.group).strata
        groups.add(group)
        rows[group, outcome_key(one.allotment)] += 1
    return [(group, {key: rows[group, key] for key in names}) for group in sorted(groups)]


def outcome_names(draw: Draw) -> dict[str, str]:
    """Every outcome this draw can have, by a key, as staff read it: arms first."""
    arms = dict(draw.pilot.arms.values_list("code", "name"))
    named = {code: arms[code] for code in draw.plan.ratios}
    Kind = Allotment.Kind
    others = [Kind.WAITING, Kind.NOT_IN_STUDY] if draw.plan.places else []
    return named | {kind.value: str(kind.label) for kind in others}


def outcome_key(allotment: Allotment) -> str:
    return allotment.arm.code if allotment.arm else allotment.kind


def balance_of(draw: Draw) -> list[Difference]:
    """How alike the arms are in strata, age band and language, before anything was paid."""
    design, held_on = draw.plan, draw.state_changed_at.date()
    people = []
    for one in entrants_of(draw).filter(allotment__kind=Allotment.Kind.ARM):
        traits = {stratum.name: one.group[stratum.name] for stratum in design.strata}
        traits["age"] = _age_band(one.participant.date_of_birth, held_on)
        traits["language"] = one.participant.get_language_display()
        people.append((outcome_key(one.allotment), traits))
    unpaid = draw.pilot.arms.filter(code__in=design.ratios, is_paid=False).order_by("pk").first()
    reference = unpaid.code if unpaid else design.arms[-1].arm
    return differences(people, arms=list(design.ratios), reference=reference)


def listed_already(draw: Draw) -> tuple[set[str], set[tuple]]:
    """The codes on a list, and the marks by which somebody would be known to be on it twice."""
    people = draw.entrants.select_related("participant")
    said = [(one.participant, one) for one in people]
    marks = {mark_of(p.name, p.date_of_birth, p.email, one.consent_date) for p, one in said}
    return {one.code for one in people}, marks


def _entry(design: Design, code: str, group: dict[str, str]) -> Entry:
    cluster = group[design.cluster] if design.cluster else ""
    return Entry(code, cluster, tuple(group[one.name] for one in design.strata))


def _age_band(born: date | None, on: date) -> str:
    if born is None:
        return "not known"
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((words for under, words in AGES.items() if age < under), "65 and over")
