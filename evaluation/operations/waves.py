"""Opening a round of questions."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from evaluation.models import Wave
from participants.models import Pilot

HIGHEST = 999


@transaction.atomic
def open_wave(
    *, pilot: Pilot, number: int, name: str, opens_on: date, by: str, now: datetime
) -> Wave:
    """Open one more round of questions, the same for every arm. Its number is used once."""
    name = name.strip()
    if not name or len(name) > 80:
        raise Invalid("Give the wave a name of at most 80 characters.", field="name")
    if not 0 <= number <= HIGHEST:
        raise Invalid(f"The number of a wave is from 0 to {HIGHEST}.", field="number")
    try:
        with transaction.atomic():
            wave = Wave.objects.create(pilot=pilot, number=number, name=name, opens_on=opens_on)
    except IntegrityError as error:
        if "one_wave_per_number" not in str(error):
            raise
        raise Invalid(f"This pilot has a wave {number} already.", field="number") from None
    AuditEvent.record(
        pilot, "wave.opened", at=now, by=by, number=number, name=name, on=opens_on.isoformat()
    )
    return wave
