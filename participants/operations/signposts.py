"""The list of places that people can turn to."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from cashpilot.core.calendars import NATIONS
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from participants.models import Pilot, Signposts
from participants.queries.signposts import places_of, signposts_of
from participants.rules import check_choice
from participants.rules.signposts import Place, check_places


@transaction.atomic
def publish_signposts(
    *, pilot: Pilot, nation: str, places: Sequence[Place], by: str, now: datetime
) -> Signposts:
    """Publish the next version of the list for one nation; people read it from now on."""
    check_choice(nation, NATIONS, field="nation")
    kept = check_places(list(places))
    Pilot.objects.select_for_update().get(pk=pilot.pk)
    newest = signposts_of(pilot, nation)
    if places_of(newest) == kept:
        raise Refused("These places are listed already. Nothing was published.")
    made = Signposts.objects.create(
        pilot=pilot,
        nation=nation,
        version=newest.version + 1 if newest else 1,
        places=[asdict(one) for one in kept],
        published_by=by,
        published_at=now,
    )
    AuditEvent.record(made, "signposts.published", at=now, by=by, version=made.version)
    return made
