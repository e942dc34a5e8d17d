"""People who may have come in twice: who is held against whom, and what waits for a person."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from cashpilot.core import access
from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from participants.models import REASONS, Enrolment, Pair, Pilot
from participants.queries import pilots_of, roles_of
from participants.rules.likeness import Likeness, Person, pairs_among, person

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


def open_pairs(pilot: Pilot) -> QuerySet[Pair]:
    """The pairs that wait for a person, most alike first."""
    both = ("first__participant", "second__participant", "first__arm", "second__arm")
    still = {f"{side}__state": Enrolment.State.ACTIVE for side in ("first", "second")}
    waiting = pilot.pairs.filter(state=Pair.State.OPEN, **still).select_related(*both)
    return waiting.order_by("-score", "pk")


def pair_for(user: User, public_id: str, act: str) -> Pair:
    """One pair, in one of the user's pilots, if they may do this there."""
    found = (
        Pair.objects.filter(public_id=public_id, pilot__in=pilots_of(user))
        .select_related("pilot", "first__participant", "second__participant")
        .first()
    )
    if found is None:
        raise NotFound("There is no such pair in your pilots.")
    access.check(roles_of(user, found.pilot), act)
    return found
