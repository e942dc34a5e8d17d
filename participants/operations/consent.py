"""What people are asked to agree to, and what they said."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Consent, ConsentText, Enrolment, Pilot
from participants.queries import current_text
from participants.rules import check_body, check_choice, check_reader

Purpose, Decision, How = ConsentText.Purpose, Consent.Decision, Consent.How
LANGUAGES = dict(settings.PARTICIPANT_LANGUAGES)


@transaction.atomic
def publish_text(
    *, pilot: Pilot, purpose: str, body: str, language: str, by: str, now: datetime
) -> ConsentText:
    """Publish the next version of a text. Whoever agreed to an earlier one stays on that one."""
    check_choice(purpose, Purpose.values, field="purpose")
    check_choice(language, LANGUAGES, field="language")
    body = check_body(body)
    Pilot.objects.select_for_update().get(pk=pilot.pk)
    earlier = pilot.consent_texts.filter(purpose=purpose, language=language).order_by("version")
    if (newest := earlier.last()) and newest.body == body:
        raise Refused("These words are in force already. Nothing was published.")
    text = ConsentText.objects.create(
        pilot=pilot,
        purpose=purpose,
        version=earlier.count() + 1,
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
    decision: str = Decision.GIVEN,
    language: str = "",
    read_by: str = "",
) -> Consent:
    """Record one decision about the text now in force: how it was given, and who read it aloud.

    `language` is the one it was read in, if not the person's own. No decision changes a payment
    by itself.
    """
    check_choice(purpose, Purpose.values, field="purpose")
    check_choice(decision, Decision.values, field="decision")
    check_choice(how, How.values, field="how")
    text = current_text(enrolment.pilot, purpose, language or enrolment.participant.language)
    if text is None:
        raise Invalid(
            f"No text for “{purpose}” is published yet. Publish one first.", field="purpose"
        )
    if decided_on > timezone.localdate(now):
        raise Invalid("The date of consent is in the future.", field="decided_on")
    consent = Consent.objects.create(
        enrolment=enrolment,
        text=text,
        decision=decision,
        decided_on=decided_on,
        how=how,
        read_by=check_reader(how, read_by),
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
