"""What people let us do with their answers. Nothing here can reach a payment."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from evaluation.models import ResearchConsent
from participants.models import Enrolment


@transaction.atomic
def record_research_consent(
    *,
    enrolment: Enrolment,
    purpose: str,
    decision: str,
    decided_on: date,
    by: str,
    now: datetime,
) -> ResearchConsent:
    """Record one decision about one use of a person's answers; it changes no payment.

    A withdrawal takes effect at once: the next frame, dry run, build and download are without
    this person, whatever stage a release is in.
    """
    if purpose not in ResearchConsent.Purpose.values:
        known = ", ".join(ResearchConsent.Purpose.values)
        raise Invalid(f"{purpose!r} is no use of answers. Use one of {known}.", field="purpose")
    if decision not in ResearchConsent.Decision.values:
        known = ", ".join(ResearchConsent.Decision.values)
        raise Invalid(f"{decision!r} is no decision. Use one of {known}.", field="decision")
    if decided_on > timezone.localdate(now):
        raise Invalid("The date of the decision is in the future.", field="decided_on")
    consent = ResearchConsent.objects.create(
        enrolment=enrolment,
        purpose=purpose,
        decision=decision,
        decided_on=decided_on,
        recorded_at=now,
        recorded_by=by,
    )
    AuditEvent.record(
        enrolment,
        f"research consent.{decision}",
        at=now,
        by=by,
        purpose=purpose,
        on=decided_on.isoformat(),
    )
    return consent
