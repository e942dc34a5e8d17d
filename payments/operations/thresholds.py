"""From which sum on a pay run takes the approval of more people."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from cashpilot.core.models import AuditEvent
from cashpilot.core.money import positive
from cashpilot.core.refusals import Invalid
from participants.models import Pilot
from payments.queries import thresholds_of

ONE, MOST = 1, 5
SEEN_COMING = timedelta(days=3)


@transaction.atomic
def set_threshold(
    *, pilot: Pilot, from_minor: int, approvers: int, by: str, now: datetime
) -> datetime:
    """From this sum on, runs that are frozen take so many people; returns from when.

    Asking for more holds at once. Asking for fewer, or with 1 for nobody beside the one whom every
    run takes, holds in three days: until then everybody who approves sees it coming.
    """
    positive(from_minor, field="from_amount")
    if not ONE <= approvers <= MOST:
        raise Invalid(f"Ask for {ONE} to {MOST} people.", field="approvers")
    Pilot.objects.select_for_update(no_key=True).get(pk=pilot.pk)
    starts = now + SEEN_COMING if approvers < _asked_for_now(pilot, from_minor, now) else now
    about = pilot.approval_thresholds.filter(from_minor=from_minor)
    about.filter(holds_from__gte=starts).delete()
    about.filter(Q(holds_until=None) | Q(holds_until__gt=starts)).update(holds_until=starts)
    if approvers > ONE:
        about.create(pilot=pilot, from_minor=from_minor, approvers=approvers, holds_from=starts)
    said = {"from_minor": from_minor, "approvers": approvers, "holds_from": starts.isoformat()}
    AuditEvent.record(pilot, "threshold.set", at=now, by=by, **said)
    return starts


def _asked_for_now(pilot: Pilot, from_minor: int, now: datetime) -> int:
    """How many people exactly this sum takes now."""
    return dict(thresholds_of(pilot.pk, now)).get(from_minor, ONE)
