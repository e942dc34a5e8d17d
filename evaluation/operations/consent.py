"""What people let us do with their answers. Nothing here can reach a payment."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from evaluation.models import ResearchConsent, ResearchText
from evaluation.queries.consent import current_research_text
from participants.models import Consent, Enrolment, Pilot
from participants.rules import check_body, check_choice, check_reader

LANGUAGES = dict(settings.PARTICIPANT_LANGUAGES)


@transaction.atomic
def publish_research_text(
    *, pilot: Pilot, purpose: str, body: str, language: str, by: str, now: datetime
) -> ResearchText:
    """Publish the next version of the words about one use of answers, in one language."""
    check_choice(purpose, ResearchConsent.Purpose.values, field="purpose")
    check_choice(language, LANGUAGES, field="language")
    body = check_body(body)
    Pilot.objects.select_for_update().get(pk=pilot.pk)
    where = {"pilot": pilot, "purpose": purpose, "language": language}
    newest = ResearchText.objects.filter(**where).order_by("version").last()
    if newest and newest.body == body:
        raise Refused("These words are in force already. Nothing was published.")
    version = newest.version + 1 if newest else 1
    text = ResearchText.objects.create(**where, version=version, body=body, published_at=now)
    AuditEvent.record(text, "research text.published", at=now, by=by, version=version)
    return text


@transaction.atomic
def record_research_consent(
    *,
    enrolment: Enrolment,
    purpose: str,
    decision: str,
    decided_on: date,
    by: str,
    now: datetime,
    how: str = "",
    language: str = "",
    read_by: str = "",
) -> ResearchConsent:
    """Record one decision about one use of a person's answers; it changes no payment.

    A withdrawal takes effect at once: the next frame, dry run, build and download are without
    this person, whatever stage a release is in. `language` is the one that the words in force
    were read in, if not the person's own.
    """
    if purpose not in ResearchConsent.Purpose.values:
        known = ", ".join(ResearchConsent.Purpose.values)
        raise Invalid(f"{purpose!r} is no use of answers. Use one of {known}.", field="purpose")
    if decision not in ResearchConsent.Decision.values:
        known = ", ".join(ResearchConsent.Decision.values)
        raise Invalid(f"{decision!r} is no decision. Use one of {known}.", field="decision")
    if decided_on > timezone.localdate(now):
        raise Invalid("The date of the decision is in the future.", field="decided_on")
    if how:
        check_choice(how, Consent.How.values, field="how")
    heard = language or enrolment.participant.language
    text = current_research_text(enrolment.pilot, purpose, heard)
    consent = ResearchConsent.objects.create(
        enrolment=enrolment,
        purpose=purpose,
        decision=decision,
        text=text,
        text_version=text.version if text else 1,
        how=how,
        read_by=check_reader(how, read_by),
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
