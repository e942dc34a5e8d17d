"""From which sum on a pay run takes the approval of more people."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.money import positive
from cashpilot.core.refusals import Invalid, NotFound
from participants.models import Pilot
from payments.models import ApprovalThreshold

FEWEST, MOST = 2, 5


@transaction.atomic
def set_threshold(
    *, pilot: Pilot, from_minor: int, approvers: int, by: str, now: datetime
) -> ApprovalThreshold:
    """From this sum on, runs that are frozen from now on take so many people."""
    positive(from_minor, field="from_amount")
    if not FEWEST <= approvers <= MOST:
        raise Invalid(f"Ask for {FEWEST} to {MOST} people.", field="approvers")
    kept, _ = ApprovalThreshold.objects.update_or_create(
        pilot=pilot, from_minor=from_minor, defaults={"approvers": approvers}
    )
    AuditEvent.record(
        pilot, "threshold.set", at=now, by=by, from_minor=from_minor, approvers=approvers
    )
    return kept


@transaction.atomic
def remove_threshold(*, pilot: Pilot, from_minor: int, by: str, now: datetime) -> None:
    """Runs that are frozen from now on do not know it any more."""
    removed, _ = ApprovalThreshold.objects.filter(pilot=pilot, from_minor=from_minor).delete()
    if not removed:
        raise NotFound("There is no threshold at this sum.")
    AuditEvent.record(pilot, "threshold.removed", at=now, by=by, from_minor=from_minor)
