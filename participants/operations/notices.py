"""Telling people something, once, discreetly, and never after they have died."""

from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from cashpilot.core.models import AuditEvent
from participants.lifecycles import NOTICE
from participants.models import NOTICE_WORDS, Notice, Participant
from participants.queries import wants_no_messages
from participants.queries.contact import address_of, safe_contact_of, safe_moment
from participants.rules.discreet import DISCREET

State = Notice.State


@transaction.atomic
def tell(
    *, participant: Participant, kind: str, by: str, now: datetime, address: str = ""
) -> Notice | None:
    """Have a person told something: on their page, and by their safe way at their next safe time.

    Nobody is told anything once contact with them has stopped; who does not want to be contacted
    finds it on their page. `address` is where to, if not where they are reached now: a change of
    address is told to the old one. No payment waits for a message.
    """
    if Participant.objects.filter(pk=participant.pk, contact_stopped_at__isnull=False).exists():
        return None
    contact = safe_contact_of(participant)
    reached_at = address_of(participant, contact)
    to = "" if wants_no_messages(participant) or not reached_at else address or reached_at
    notice = Notice.objects.create(
        participant=participant,
        kind=Notice.Kind(kind),
        address=to,
        made_at=now,
        wait_until=safe_moment(contact, now) if to else None,
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

    1. What is outside its person's safe times waits for the next of them.
    2. It is claimed and committed before it is handed to the mail server.
    3. Whatever happens then, it is never handed over again by itself.
    """
    with transaction.atomic(durable=True):
        notice = _claimed(by=by, now=now)
    if notice is None:
        return False
    try:
        _hand_over(notice)
        state = State.SENT
    except (SMTPException, OSError):
        state = State.UNKNOWN
    with transaction.atomic(durable=True):
        NOTICE.move(notice, state, now=now, by=by)
    return True


def _hand_over(notice: Notice) -> None:
    language = notice.participant.language
    if safe_contact_of(notice.participant).is_discreet:
        subject, words = DISCREET[language]
        sender = settings.DISCREET_FROM_EMAIL
    else:
        with override(language):
            subject, words = _("A message for you"), str(NOTICE_WORDS[Notice.Kind(notice.kind)])
        sender = settings.DEFAULT_FROM_EMAIL
    send_mail(subject, words, sender, [notice.address])


def _claimed(*, by: str, now: datetime) -> Notice | None:
    is_time = Q(wait_until=None) | Q(wait_until__lte=now)
    waiting = Notice.objects.filter(
        is_time, state=State.WAITING, participant__contact_stopped_at=None
    ).order_by("pk")
    while notice := waiting.select_for_update(skip_locked=True, of=("self",)).first():
        safe_from = safe_moment(safe_contact_of(notice.participant), now)
        if safe_from <= now:
            NOTICE.move(notice, State.SENDING, now=now, by=by)
            return notice
        Notice.objects.filter(pk=notice.pk).update(wait_until=safe_from)
    return None
