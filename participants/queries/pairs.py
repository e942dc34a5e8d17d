"""People who may have come in twice: who is held against whom, and what waits for a person."""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import and_

from django.db.models import Q, QuerySet

from cashpilot.core.refusals import NotFound
from participants.models import REASONS, Enrolment, Pair, Pilot
from participants.queries import Asker, check_act, in_reach, pilots_of
from participants.rules.likeness import Likeness, Person, pairs_among, person

NO_PAIR = "There is no such pair in your pilots."
_PERSON = [f"participant__{one}" for one in ("name", "date_of_birth", "email", "phone")]


def people_to_compare(pilot: Pilot) -> list[Person]:
    """Everybody who takes part, as they are compared; the key is the enrolment's."""
    active = pilot.enrolments.filter(state=Enrolment.State.ACTIVE)
    rows = active.values_list("pk", *_PERSON).iterator(chunk_size=5_000)
    return [
        person(key, name=name, born=born, email=email, phone=phone)
        for key, name, born, email, phone in rows
    ]


def pairs_found(
    people: Iterable[Person], *, new: Collection[int] | None = None
) -> list[tuple[int, int, Likeness]]:
    """The pairs among them that are alike, most alike first; with `new`, those with one of
    these."""
    return sorted(pairs_among(people, new=new), key=lambda one: -one[2].score)


def in_words(reasons: Iterable[str]) -> list[str]:
    """Why two people were shown side by side, in the language of the moment."""
    return [str(REASONS[one]) for one in reasons]


def open_pairs(pilot: Pilot, asker: Asker) -> QuerySet[Pair]:
    """The pairs that wait for a person who reaches both, most alike first."""
    both = ("first__participant", "second__participant", "first__arm", "second__arm")
    still = {f"{side}__state": Enrolment.State.ACTIVE for side in ("first", "second")}
    waiting = pilot.pairs.filter(_both_in_reach(asker), state=Pair.State.OPEN, **still)
    return waiting.select_related(*both).order_by("-score", "pk")


def pair_for(asker: Asker, public_id: str, act: str) -> Pair:
    """One pair, in one of the asker's pilots, if they may do this there and reach both."""
    found = (
        Pair.objects.filter(public_id=public_id, pilot__in=pilots_of(asker))
        .select_related("pilot", "first__participant", "second__participant")
        .first()
    )
    if found is None:
        raise NotFound(NO_PAIR)
    check_act(asker, found.pilot, act)
    if not Pair.objects.filter(_both_in_reach(asker), pk=found.pk).exists():
        raise NotFound(NO_PAIR)
    return found


def _both_in_reach(asker: Asker) -> Q:
    sides = (in_reach(asker, "enrol people", site=f"{side}__site") for side in ("first", "second"))
    return reduce(and_, sides)
