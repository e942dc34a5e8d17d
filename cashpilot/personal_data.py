"""What people may ask of their own data, and what time asks of it: erasure, copies, terms.

These acts span every app, and walk the models instead of naming them: see `core.personal`.
"""

import io
import json
import zipfile
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Max, QuerySet
from django.template.loader import render_to_string

from cashpilot.core import erasure, retention
from cashpilot.core.copies import everything_about
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from participants.models import Enrolment, Participant
from participants.operations.leaving import leave_for_good
from payments.operations.closing import ask_to_close
from payments.queries import why_not_to_erase


class NotYet(Refused):
    """A person cannot be erased yet. `reasons` says why, each with what to do about it."""

    code = "not-yet-erasable"

    def __init__(self, reasons: list[str]):
        self.reasons = reasons
        super().__init__(" ".join(["Nothing was erased.", *reasons]))


@transaction.atomic
def copy_for(*, participant: Participant, by: str, now: datetime) -> bytes:
    """Everything about a person in one ZIP: a page to read and JSON to keep; that it was made is
    written down. `by` is staff, or the person themselves."""
    said = everything_about(participant, now)
    AuditEvent.record(participant, "participant.copied", at=now, by=by)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("everything.html", render_to_string("copy.html", said))
        packed.writestr("everything.json", json.dumps(said, ensure_ascii=False, indent=1))
    return raw.getvalue()


def why_not(participant: Participant, now: datetime) -> list[str]:
    """Why somebody cannot be erased yet; nothing where they can."""
    return list(why_not_to_erase(participant.enrolments.all(), now))


@transaction.atomic
def erase(*, participant: Participant, by: str, now: datetime) -> dict[str, int]:
    """Take a person out of everything but the accounts, or refuse with why; returns how many rows
    of which model were changed.

    1. Refused while their money is on its way, owed, disputed or may still come back.
    2. They take part in nothing any more and hear nothing more; their open pages are closed.
    3. Every identifying column of every row about them is emptied, and every quotation of them.
    4. Sums, dates, states and the audit's chain stay. Staff are asked to close their account at the
       provider.
    """
    Participant.objects.select_for_update().get(pk=participant.pk)
    if reasons := why_not(participant, now):
        raise NotYet(reasons)
    leave_for_good(participant=participant, by=by, now=now)
    for enrolment in participant.enrolments.select_related("pilot"):
        ask_to_close(enrolment=enrolment, by=by, now=now)
    close_pages_of(participant)
    done = erasure.take_out(person=participant, by=by, now=now)
    participant.refresh_from_db()
    return done


def close_pages_of(participant: Participant) -> int:
    """Sign a person out wherever their page is open; returns how many places that was."""
    open_here = [
        one.pk
        for one in Session.objects.iterator()
        if one.get_decoded().get("participant") == participant.public_id
    ]
    return Session.objects.filter(pk__in=open_here).delete()[0]


def over_their_time(now: datetime) -> QuerySet[Participant]:
    """Who took part in nothing for as long as people are kept, and is not erased yet."""
    if not settings.ERASE_AFTER_DAYS:
        return Participant.objects.none()
    ended = Participant.objects.annotate(over=Max("enrolments__state_changed_at")).exclude(
        enrolments__state=Enrolment.State.ACTIVE
    )
    return ended.filter(erased_at=None, over__lt=now - timedelta(days=settings.ERASE_AFTER_DAYS))


def keep_to_the_terms(*, by: str, now: datetime) -> dict[str, int]:
    """Erase whoever is over their time and let go of every row that is past its own; returns how
    many of what. Who cannot be erased yet is left as they are, and looked at again."""
    done = retention.let_go(now=now)
    for participant in over_their_time(now):
        if not why_not(participant, now):
            erase(participant=participant, by=by, now=now)
            done["people"] = done.get("people", 0) + 1
    return done
