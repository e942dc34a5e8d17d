"""Somebody leaves for good: what is done before they are taken out of the database."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from participants.models import Enrolment, Participant
from participants.operations.enrolment import end_enrolment
from participants.operations.notices import stop_contact


@transaction.atomic
def leave_for_good(*, participant: Participant, by: str, now: datetime) -> None:
    """End whatever a person still takes part in, and all contact, and say that they are erased;
    the erasure itself is the caller's, in the same transaction."""
    kept = Participant.objects.select_for_update().get(pk=participant.pk)
    if kept.erased_at:
        raise Refused("This person was erased already.")
    for enrolment in kept.enrolments.filter(state=Enrolment.State.ACTIVE):
        end_enrolment(enrolment=enrolment, by=by, now=now)
    stop_contact(participant=kept, by=by, now=now)
    Participant.objects.filter(pk=kept.pk).update(erased_at=now)
    AuditEvent.record(kept, "participant.erased", at=now, by=by)
