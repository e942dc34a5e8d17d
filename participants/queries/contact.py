"""How a person may be reached, and when."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from participants.models import Participant, SafeContact
from participants.rules.safe_times import next_safe


def safe_contact_of(participant: Participant) -> SafeContact:
    """What holds now: what was said last, else the usual, which is email at any time."""
    last = participant.safe_contacts.order_by("pk").last()
    usual = SafeContact.Way.EMAIL if participant.email else SafeContact.Way.NEITHER
    return last or SafeContact(participant=participant, way=usual, time_zone=settings.TIME_ZONE)


def safe_contacts_of(participant: Participant) -> QuerySet[SafeContact]:
    """Everything that was said about being reached, newest first."""
    return participant.safe_contacts.order_by("-pk")


def address_of(participant: Participant, contact: SafeContact) -> str:
    """Where a message goes by their way; nowhere is an answer too: it stands on their page."""
    if contact.way == SafeContact.Way.EMAIL:
        return participant.email
    number = "".join(filter(str.isdigit, participant.phone))
    if contact.way == SafeContact.Way.TEXT and settings.TEXT_GATEWAY and number:
        return f"{number}@{settings.TEXT_GATEWAY}"
    return ""


def safe_moment(contact: SafeContact, now: datetime) -> datetime:
    """From when on a message may go to them: now, or the start of the next safe window."""
    return next_safe(contact.times, now.astimezone(contact.zone))


def zone_of(participant: Participant) -> str:
    """The clock of the pilot they take part in."""
    latest = participant.enrolments.order_by("state", "-pk").select_related("pilot").first()
    return latest.pilot.time_zone if latest else settings.TIME_ZONE
