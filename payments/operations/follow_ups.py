"""What staff do about payments that need a person."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid
from payments.models import Disbursement, FollowUp


@transaction.atomic
def follow_up(
    *, disbursement: Disbursement, kind: str, note: str, person: User, by: str, now: datetime
) -> FollowUp:
    """Keep what was told or done about a payment. It moves no money and lifts no hold."""
    if not note.strip() or len(note) > 500:
        raise Invalid("Say what was told or done, in at most 500 characters.", field="note")
    made = FollowUp.objects.create(
        disbursement=disbursement,
        kind=FollowUp.Kind(kind),
        note=note.strip(),
        made_by=person,
        made_at=now,
    )
    AuditEvent.record(disbursement, f"follow-up.{kind}", at=now, by=by)
    return made
