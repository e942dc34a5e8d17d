"""Setting up a pilot: its design and who may do what in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from cashpilot.core.access import Role
from cashpilot.core.calendars import NATIONS
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.money import known_currency
from cashpilot.core.refusals import Invalid, NotAllowed
from participants.models import Arm, Pilot
from participants.operations.roles import hold_role


@dataclass(frozen=True)
class ArmPlan:
    """One arm as the design names it."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class HelpLine:
    """Whom a participant can call, and when."""

    name: str = ""
    phone: str = ""
    hours: str = ""


@transaction.atomic
def set_up_pilot(
    *,
    name: str,
    currency: str,
    nation: str,
    arms: Sequence[ArmPlan],
    manager: User,
    by: str,
    now: datetime,
    help_line: HelpLine | None = None,
    also: Sequence[Role] = (),
) -> Pilot:
    """Create a pilot with its arms, and make `manager` its pilot manager, with the roles they take
    `also`; or do nothing at all."""
    if not manager.may_set_up_pilots:
        raise NotAllowed("You may not set up pilots. Ask whoever runs this cashpilot to let you.")
    if nation not in NATIONS:
        raise Invalid(f"{nation!r} is not a nation whose calendar cashpilot knows.", field="nation")
    called = help_line or HelpLine()
    pilot = _create(
        name=name.strip(),
        currency=known_currency(currency),
        nation=nation,
        help_name=called.name,
        help_phone=called.phone,
        help_hours=called.hours,
        created_at=now,
    )
    _create_arms(pilot, arms)
    AuditEvent.record(pilot, "pilot.set up", at=now, by=by, arms=[arm.code for arm in arms])
    for role in (Role.MANAGER, *also):
        hold_role(pilot=pilot, user=manager, role=role, by=by, now=now)
    return pilot


def _create(**fields) -> Pilot:
    if not fields["name"]:
        raise Invalid("The pilot needs a name.", field="name")
    try:
        with transaction.atomic():
            return Pilot.objects.create(**fields)
    except IntegrityError as error:
        if "one_pilot_per_name" not in str(error):
            raise
        raise Invalid(
            "Another pilot has this name. Choose one that differs.", field="name"
        ) from None


def _create_arms(pilot: Pilot, arms: Sequence[ArmPlan]) -> None:
    kinds = [arm.kind for arm in arms]
    if Arm.Kind.CASH not in kinds or len(arms) < 2:
        raise Invalid("A pilot needs a cash arm and at least one other to compare it with.")
    if len({arm.code for arm in arms}) != len(arms):
        raise Invalid("Two arms have the same short name.", field="arms")
    Arm.objects.bulk_create(
        Arm(
            pilot=pilot,
            code=arm.code,
            name=arm.name,
            kind=arm.kind,
            is_paid=arm.kind == Arm.Kind.CASH,
        )
        for arm in arms
    )
