"""What people are asked to agree to, and what they said."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import Consent, ConsentText, Enrolment, Pilot
from participants.queries import current_text


@transaction.atomic
def publish_text(
    *, pilot: Pilot, purpose: str, body: str, language: str, by: str, now: datetime
) -> ConsentText:
    """Publish the next version of a text. Whoever agreed to an earlier one stays on that one."""
    Pilot.objects.select_for_update().get(pk=pilot.pk)
    earlier = pilot.consent_texts.filter(purpose=purpose, language=language).count()
    text = ConsentText.objects.create(
        pilot=pilot,
        purpose=purpose,
        version=earlier + 1,
        language=language,
        body=body,
        published_at=now,
    )
    AuditEvent.record(text, "consent text.published", at=now, by=by, version=text.version)
    return text


@transaction.atomic
def record_consent(
    *,
    enrolment: Enrolment,
    purpose: str,
    decided_on: date,
    how: str,
    by: str,
    now: datetime,
    decision: str = Consent.Decision.GIVEN,
) -> Consent:
    """Record one decision about the text now in force. No decision changes a payment."""
    text = current_text(enrolment.pilot, purpose, enrolment.participant.language)
    if text is None:
        raise Invalid(f"No text for “{purpose}” is published yet. Publish one first.")
    if decided_on > timezone.localdate(now):
        raise Invalid("The date of consent is in the future.", field="consent_date")
    consent = Consent.objects.create(
        enrolment=enrolment,
        text=text,
        decision=decision,
        decided_on=decided_on,
        how=how,
        recorded_at=now,
        recorded_by=by,
    )
    AuditEvent.record(
        enrolment,
        f"consent.{decision}",
        at=now,
        by=by,
        purpose=purpose,
        version=text.version,
        on=decided_on.isoformat(),
    )
    return consent
