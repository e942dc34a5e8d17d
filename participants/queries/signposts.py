"""Places that people can turn to."""

from participants.models import Pilot, Signposts
from participants.rules.signposts import Place


def signposts_of(pilot: Pilot, nation: str = "") -> Signposts | None:
    """The newest list for a nation; for the pilot's own where none is named."""
    lists = pilot.signposts.filter(nation=nation or pilot.nation)
    return lists.order_by("-version").first()


def places_of(signposts: Signposts | None) -> list[Place]:
    """What stands in a list."""
    return [Place(**one) for one in signposts.places] if signposts else []


def places_for(pilot: Pilot) -> list[Place]:
    """The places that people of a pilot are told of."""
    return places_of(signposts_of(pilot))
