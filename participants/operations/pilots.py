"""Whom people in a pilot can call, and who may do what in it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent, User
from participants.models import Membership, Pilot
from participants.rules import check_length


@dataclass(frozen=True)
class HelpLine:
    """Whom a participant can call, and when."""

    name: str = ""
    phone: str = ""
    hours: str = ""


@transaction.atomic
def set_help_line(*, pilot: Pilot, help_line: HelpLine, by: str, now: datetime) -> None:
    """Say whom people can call from now on; it is no part of the design."""
    pilot.help_name = check_length(help_line.name, field="help_name")
    pilot.help_phone = check_length(help_line.phone, field="help_phone")
    pilot.help_hours = check_length(help_line.hours, field="help_hours")
    pilot.save(update_fields=["help_name", "help_phone", "help_hours"])
    AuditEvent.record(pilot, "help line.set", at=now, by=by)


@transaction.atomic
def give_role(*, pilot: Pilot, user: User, role: str, by: str, now: datetime) -> Membership:
    """Give a user one more role in a pilot; giving it again changes nothing."""
    membership, is_new = Membership.objects.get_or_create(user=user, pilot=pilot, role=Role(role))
    if is_new:
        AuditEvent.record(pilot, "role.given", at=now, by=by, user=user.public_id, role=str(role))
    return membership
