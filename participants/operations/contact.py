"""How a person may safely be reached."""

from datetime import datetime, time

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.lifecycles import NOTICE
from participants.models import Notice, Participant, SafeContact
from participants.queries.contact import address_of, safe_moment, zone_of
from participants.rules import check_choice
from participants.rules.safe_times import EVERY_DAY, SafeTimes, check_safe_times

Way, State = SafeContact.Way, Notice.State


@transaction.atomic
def set_safe_contact(
    *,
    participant: Participant,
    way: str,
    by: str,
    now: datetime,
    days: str = EVERY_DAY,
    from_time: time | None = None,
    until_time: time | None = None,
    is_discreet: bool = False,
) -> SafeContact:
    """Say by which way a person may be written to, when, and how discreetly; from now on.

    What waits to be sent follows it: to the new address, at the new times, or to their page only.
    No payment waits for a safe time. The audit says that it was set, and not how.
    """
    check_choice(way, Way.values, field="way")
    _check_can_be_reached(participant, way)
    times = check_safe_times(SafeTimes(days, from_time, until_time))
    contact = SafeContact.objects.create(
        participant=participant,
        way=way,
        days=times.days,
        from_time=times.from_time,
        until_time=times.until_time,
        time_zone=zone_of(participant),
        is_discreet=is_discreet,
        set_by=by,
        set_at=now,
    )
    _redirect_what_waits(contact, by=by, now=now)
    AuditEvent.record(participant, "safe contact.set", at=now, by=by)
    return contact


def _check_can_be_reached(participant: Participant, way: str) -> None:
    if way == Way.TEXT and not participant.phone:
        raise Invalid("There is no phone number to text. Choose another way.", field="way")
    if way == Way.EMAIL and not participant.email:
        raise Invalid("There is no email address to write to. Choose another way.", field="way")


def _redirect_what_waits(contact: SafeContact, *, by: str, now: datetime) -> None:
    person = contact.participant
    waiting = list(person.notices.filter(state=State.WAITING).select_for_update())
    address = address_of(person, contact)
    if not address:
        NOTICE.move_locked(waiting, State.SHOWN, now=now, by=by)
    Notice.objects.filter(pk__in=[one.pk for one in waiting], state=State.WAITING).update(
        address=address, wait_until=safe_moment(contact, now)
    )
