"""Telling people something, once, discreetly, and never after they have died."""

from datetime import datetime
from smtplib import SMTPException

from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from cashpilot.core.models import AuditEvent
from participants.lifecycles import NOTICE
from participants.models import NOTICE_WORDS, Notice, Participant
from participants.queries import wants_no_messages

State = Notice.State


@transaction.atomic
def tell(
    *, participant: Participant, kind: str, by: str, now: datetime, address: str = ""
) -> Notice | None:
    """Have a person told something: on their page, and by email where there is an address.

    Nobody is told anything once contact with them has stopped; who does not want to be contacted
    finds it on their page. `address` is where to, if not where they are reached now: a change of
    address is told to the old one.
    """
    if Participant.objects.filter(pk=participant.pk, contact_stopped_at__isnull=False).exists():
        return None
    to = "" if wants_no_messages(participant) else address or participant.email
    notice = Notice.objects.create(
        participant=participant,
        kind=Notice.Kind(kind),
        address=to,
        made_at=now,
        state=State.WAITING if to else State.SHOWN,
        state_changed_at=now,
    )
    AuditEvent.record(notice, f"notice.{kind}", at=now, by=by)
    return notice


@transaction.atomic
def stop_contact(*, participant: Participant, by: str, now: datetime) -> None:
    """Tell a person nothing more and let nobody in as them; what waits to be sent is cancelled."""
    Participant.objects.filter(pk=participant.pk).update(contact_stopped_at=now)
    waiting = list(participant.notices.filter(state=State.WAITING).select_for_update())
    NOTICE.move_locked(waiting, State.CANCELLED, now=now, by=by)
    AuditEvent.record(participant, "participant.contact stopped", at=now, by=by)


@transaction.atomic
def resume_contact(*, participant: Participant, by: str, now: datetime) -> None:
    """Contact had been stopped by mistake. What was cancelled is not sent."""
    Participant.objects.filter(pk=participant.pk).update(contact_stopped_at=None)
    AuditEvent.record(participant, "participant.contact resumed", at=now, by=by)


def send_next(*, by: str, now: datetime) -> bool:
    """Send one waiting notice; whether there was one.

    1. It is claimed and committed before it is handed to the mail server.
    2. Whatever happens then, it is never handed over again by itself.
    """
    with transaction.atomic(durable=True):
        notice = _claimed(by=by, now=now)
    if notice is None:
        return False
    kind = Notice.Kind(notice.kind)
    try:
        with override(notice.participant.language):
            send_mail(_("A message for you"), str(NOTICE_WORDS[kind]), None, [notice.address])
        state = State.SENT
    except (SMTPException, OSError):
        state = State.UNKNOWN
    with transaction.atomic(durable=True):
        NOTICE.move(notice, state, now=now, by=by)
    return True


def _claimed(*, by: str, now: datetime) -> Notice | None:
    waiting = Notice.objects.filter(
        state=State.WAITING, participant__contact_stopped_at=None
    ).order_by("pk")
    notice = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if notice:
        NOTICE.move(notice, State.SENDING, now=now, by=by)
    return notice
