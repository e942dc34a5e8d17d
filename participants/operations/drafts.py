"""Setting a pilot up, step by step, until it can be launched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from participants.lifecycles import PILOT
from participants.models import Pilot, PilotDraft
from participants.operations.pilots import HelpLine
from participants.operations.roles import hold_role
from participants.queries.designs import plan_of
from participants.rules.plans import Plan, canonical, fingerprint, lacks, read_plan
from participants.rules.shapes import Fault, Faulty

LANGUAGES = dict(settings.PARTICIPANT_LANGUAGES)


class NotReady(Refused):
    """Something is missing before the launch; `lacks` says what, and where it is put right."""

    code = "not-ready"

    def __init__(self, missing):
        self.lacks = list(missing)
        super().__init__(" ".join(one.says for one in self.lacks))


class Locked(Refused):
    """The design is locked since the launch: only an amendment changes it, for whoever comes."""

    code = "locked"


@transaction.atomic
def begin_pilot(
    *,
    plan: Plan,
    manager: User,
    by: str,
    now: datetime,
    help_line: HelpLine | None = None,
    also: Sequence[Role] = (),
) -> Pilot:
    """Begin a pilot as a draft, and make `manager` its pilot manager, with the roles they take
    `also`; or do nothing at all."""
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
    for role in (Role.MANAGER, *also):
        hold_role(pilot=pilot, user=manager, role=role, by=by, now=now)
    keep_draft(pilot=pilot, plan=plan, by=by, now=now)
    return pilot


@transaction.atomic
def keep_draft(*, pilot: Pilot, plan: Plan, by: str, now: datetime) -> Plan:
    """Keep the whole set-up of a pilot that is not launched; a ready one is a draft again."""
    pilot = Pilot.objects.select_for_update().get(pk=pilot.pk)
    if pilot.state in (Pilot.State.LAUNCHED, Pilot.State.CLOSED):
        raise Locked("The design is locked since the launch. Amend it instead, with a reason.")
    plan = read_plan(plan)
    _check_languages(plan)
    if pilot.state == Pilot.State.READY:
        PILOT.move(pilot, Pilot.State.DRAFT, now=now, by=by)
    for field in ("name", "currency", "nation", "time_zone"):
        setattr(pilot, field, plan[field])
    with _refusing_a_taken_name():
        pilot.save(update_fields=["name", "currency", "nation", "time_zone"])
    PilotDraft.objects.update_or_create(pilot=pilot, defaults={"plan": plan, "kept_at": now})
    AuditEvent.record(pilot, "draft.kept", at=now, by=by, sha256=fingerprint(canonical(plan)))
    return plan


@transaction.atomic
def declare_ready(*, pilot: Pilot, by: str, now: datetime) -> None:
    """Say that the set-up is whole and checked; refused with everything that is missing."""
    pilot_now = Pilot.objects.select_for_update().get(pk=pilot.pk)
    missing = list(lacks(plan_of(pilot_now)))
    if missing:
        raise NotReady(missing)
    PILOT.move(pilot_now, Pilot.State.READY, now=now, by=by)
    pilot.refresh_from_db()


def _create(**fields) -> Pilot:
    with _refusing_a_taken_name():
        return Pilot.objects.create(**fields)


@contextmanager
def _refusing_a_taken_name() -> Iterator[None]:
    """Say in words that another pilot has the name, where the database says so."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "one_pilot_per_name" not in str(error):
            raise
        raise Invalid(
            "Another pilot has this name. Choose one that differs.", field="name"
        ) from None


def _check_languages(plan: Plan) -> None:
    faults = [
        Fault(f"consent_texts[{number}].language", f"use one of: {', '.join(LANGUAGES)}.")
        for number, one in enumerate(plan["consent_texts"])
        if one["language"] not in LANGUAGES
    ]
    if faults:
        raise Faulty(faults)
