"""Whom people in a pilot can call, and who may do what in it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from participants.models import Pilot
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
