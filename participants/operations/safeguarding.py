"""Restricted notes: for safeguarding leads alone."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from participants.models import Enrolment, RestrictedNote
from participants.rules.words import check_words


@transaction.atomic
def write_restricted_note(
    *,
    enrolment: Enrolment,
    body: str,
    by: str,
    now: datetime,
    corrects: RestrictedNote | None = None,
) -> RestrictedNote:
    """Write what only leads may read. The audit says that a restricted note was written, when and
    by whom; neither about whom nor what."""
    note = RestrictedNote.objects.create(
        enrolment=enrolment,
        body=check_words(body),
        corrects=corrects,
        written_by=by,
        written_at=now,
    )
    AuditEvent.record(note, "restricted note.written", at=now, by=by)
    return note
