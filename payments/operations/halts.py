"""Stopping all sending, and letting it go on: one person or a machine stops it, two lift it."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import NotAllowed, Refused
from payments.models import Halt, SendAttempt
from payments.queries import lag_behind_the_mark, what_keeps_a_halt

Reason = Halt.Reason


@transaction.atomic
def place_halt(*, reason: str, by: str, now: datetime, mark: int = 0) -> Halt:
    """Send nothing more, for any pilot, from the next call to the provider on.

    Placing one that is open already keeps that one, and has it agreed anew.
    """
    halt, is_new = Halt.objects.select_for_update().get_or_create(
        reason=reason,
        lifted_at=None,
        defaults={
            "known_until": _known_until(now),
            "mark": mark,
            "placed_at": now,
            "placed_by": by,
        },
    )
    if is_new:
        AuditEvent.record(halt, "sending.halted", at=now, by=by, reason=reason)
    elif mark > halt.mark:
        halt.mark, halt.agreed_by, halt.agreed_at = mark, None, None
        halt.save(update_fields=["mark", "agreed_by", "agreed_at"])
    return halt


def notice_an_older_state(*, by: str, now: datetime) -> None:
    """Halt if the database is older than what was sent from it, by the mark kept outside."""
    if mark := lag_behind_the_mark():
        place_halt(reason=Reason.OLDER, by=by, now=now, mark=mark)


@transaction.atomic
def lift_halt(*, halt: Halt, person: User, by: str, now: datetime) -> Halt:
    """Agree that sending may go on; with the second person it does.

    After a database became older, the provider's books must have been compared first, from before
    the moment up to which ours are whole, and nothing in them may be unexplained.
    """
    halt = Halt.objects.select_for_update().get(pk=halt.pk)
    if halt.lifted_at:
        return halt
    if missing := what_keeps_a_halt(halt):
        raise Refused(missing)
    if halt.agreed_by_id is None:
        halt.agreed_by, halt.agreed_at = person, now
        AuditEvent.record(halt, "sending.agreed to go on", at=now, by=by)
    elif halt.agreed_by_id == person.pk:
        raise NotAllowed(_("You have agreed already. Somebody else has to agree as well."))
    else:
        halt.lifted_by, halt.lifted_at = person, now
        _number_tries_above(halt.mark)
        AuditEvent.record(halt, "sending.goes on", at=now, by=by)
    halt.save(update_fields=["agreed_by", "agreed_at", "lifted_by", "lifted_at"])
    return halt


def _known_until(now: datetime) -> datetime:
    """The last moment of which this database knows that something was asked of the provider; with
    none, the first moment of which it knows anything."""
    asked = SendAttempt.objects.aggregate(last=Max("at"))["last"]
    return asked or AuditEvent.objects.aggregate(first=Min("at"))["first"] or now


def _number_tries_above(mark: int) -> None:
    """What is tried from now on is numbered above the mark that the database lagged behind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s.name, greatest(%s, nextval(s.name)))"
            " FROM (SELECT pg_get_serial_sequence('payments_sendattempt', 'id')) AS s(name)",
            [mark],
        )
