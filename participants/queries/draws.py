"""The questions other code may ask of a pilot's draw. Before it is held none gives an outcome."""

from bisect import bisect_right
from collections import Counter
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from cashpilot.core.refusals import NotFound, Refused
from participants.models import Allotment, Draw, Entrant, Pilot
from participants.queries import Asker, in_reach
from participants.rules.assignment import Entry, Outcome
from participants.rules.balance import Difference, differences
from participants.rules.design import Design
from participants.rules.entrants import mark_of
from participants.rules.proof import document, outcomes_text

NO_DRAW = "This pilot has no draw, or you may not see it."
NOBODY = "There is no such person on the list of this draw."
OutcomeKey = tuple[str, str]  # kind, and the arm's code where it is one
AGE, LANGUAGE = "age when drawn", "language"
AGES_BEGIN = (0, 25, 35, 50, 65)
AGE_BANDS = ("under 25", "25 to 34", "35 to 49", "50 to 64", "65 and over", "not known")


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


def entrants_in_reach(draw: Draw, asker: Asker) -> QuerySet[Entrant]:
    """Those on the list whom the asker may see: whoever is bound to a site, those who are met
    there."""
    return entrants_of(draw).filter(in_reach(asker, "see people", pilot="draw__pilot"))


def entrant_for(draw: Draw, asker: Asker, public_id: str) -> Entrant:
    found = entrants_in_reach(draw, asker).filter(public_id=public_id).first()
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


def outcome_names(draw: Draw) -> dict[OutcomeKey, str]:
    """Every outcome this draw can have, as staff read it: arms first, in the design's order."""
    Kind = Allotment.Kind
    arms = dict(draw.pilot.arms.values_list("code", "name"))
    named: dict[OutcomeKey, str] = {(Kind.ARM, code): arms[code] for code in draw.plan.ratios}
    others = [Kind.WAITING, Kind.NOT_IN_STUDY] if draw.plan.places else []
    return named | {(kind, ""): str(kind.label) for kind in others}


def counts_of(draw: Draw) -> list[tuple[tuple[str, ...], dict[OutcomeKey, int]]]:
    """How many people of each group have each outcome."""
    design, names = draw.plan, outcome_names(draw)
    said = Allotment.objects.filter(entrant__draw=draw)
    found = Counter(
        (_entry(design, "", group).strata, (kind, arm or ""))
        for group, kind, arm in said.values_list("entrant__group", "kind", "arm__code")
    )
    groups = sorted({group for group, _key in found})
    return [(group, {key: found[group, key] for key in names}) for group in groups]


def totals_of(draw: Draw) -> dict[OutcomeKey, int]:
    """How many people have each outcome; nothing before the draw is held."""
    found: Counter[OutcomeKey] = Counter()
    for _group, counts in counts_of(draw):
        found.update(counts)
    return dict(found)


def balance_of(draw: Draw) -> list[Difference]:
    """How alike the arms are in strata, age and language, before anything was paid."""
    design, held_on = draw.plan, draw.state_changed_at.date()
    strata = {one.name: one.values for one in design.strata}
    said = Allotment.objects.filter(entrant__draw=draw, kind=Allotment.Kind.ARM)
    people = [
        (
            arm,
            {name: group[name] for name in strata}
            | {AGE: _age_band(born, held_on), LANGUAGE: language},
        )
        for arm, group, born, language in said.values_list(
            "arm__code",
            "entrant__group",
            "entrant__participant__date_of_birth",
            "entrant__participant__language",
        )
    ]
    unpaid = draw.pilot.arms.filter(code__in=design.ratios, is_paid=False).order_by("pk").first()
    return differences(
        people,
        traits=strata | {AGE: AGE_BANDS, LANGUAGE: dict(settings.PARTICIPANT_LANGUAGES)},
        arms=list(design.ratios),
        reference=unpaid.code if unpaid else design.arms[-1].arm,
    )


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
        return AGE_BANDS[-1]
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return AGE_BANDS[bisect_right(AGES_BEGIN, age) - 1]
