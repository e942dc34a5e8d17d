"""Beginning a pilot: its draft, whom people can call, and who may do what in it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import NotAllowed
from participants.models import Membership, Pilot
from participants.operations.designs import keep_draft, refusing_a_taken_name
from participants.rules import check_length
from participants.rules.plans import Plan, read_plan


@dataclass(frozen=True)
class HelpLine:
    """Whom a participant can call, and when."""

    name: str = ""
    phone: str = ""
    hours: str = ""


@transaction.atomic
def begin_pilot(
    *,
    plan: Plan,
    manager: User,
    by: str,
    now: datetime,
    help_line: HelpLine | None = None,
) -> Pilot:
    """Begin a pilot as a draft, and make `manager` its pilot manager; or do nothing at all."""
    if not manager.may_set_up_pilots:
        raise NotAllowed("You may not set up pilots. Ask whoever runs this cashpilot to let you.")
    plan = read_plan(plan)
    called = help_line or HelpLine()
    pilot = _create(
        name=plan["name"],
        currency=plan["currency"],
        nation=plan["nation"],
        help_name=called.name,
        help_phone=called.phone,
        help_hours=called.hours,
        created_at=now,
        state=Pilot.State.DRAFT,
        state_changed_at=now,
    )
    arms = [arm["code"] for arm in plan["arms"]]
    AuditEvent.record(pilot, "pilot.set up", at=now, by=by, arms=arms)
    give_role(pilot=pilot, user=manager, role=Role.MANAGER, by=by, now=now)
    keep_draft(pilot=pilot, plan=plan, by=by, now=now)
    return pilot


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


def _create(**fields) -> Pilot:
    with refusing_a_taken_name():
        return Pilot.objects.create(**fields)
