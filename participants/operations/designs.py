"""Launching a pilot and amending its design: versions that are written and never changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.lifecycles import PILOT
from participants.models import Arm, DesignVersion, EligibilityVersion, Pilot, PilotDraft
from participants.operations.consent import publish_text
from participants.queries.designs import (
    design_in_force,
    plan_in,
    plan_of,
    questions_in_force,
)
from participants.rules.plans import Plan, canonical, fingerprint, lacks, read_plan, refuse_fixed
from participants.rules.shapes import Fault, Faulty

LONGEST_REASON = 200
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
def keep_draft(*, pilot: Pilot, plan: Plan, by: str, now: datetime) -> Plan:
    """Keep the whole set-up of a pilot that is not launched; a ready one is a draft again."""
    pilot = _locked(pilot)
    _refuse_launched(pilot)
    plan = read_plan(plan)
    _check_languages(plan)
    if pilot.state == Pilot.State.READY:
        PILOT.move(pilot, Pilot.State.DRAFT, now=now, by=by)
    for field in ("name", "currency", "nation", "time_zone"):
        setattr(pilot, field, plan[field])
    with refusing_a_taken_name():
        pilot.save(update_fields=["name", "currency", "nation", "time_zone"])
    PilotDraft.objects.update_or_create(pilot=pilot, defaults={"plan": plan, "kept_at": now})
    AuditEvent.record(pilot, "draft.kept", at=now, by=by, sha256=fingerprint(canonical(plan)))
    return plan


@transaction.atomic
def declare_ready(*, pilot: Pilot, by: str, now: datetime) -> None:
    """Say that the set-up is whole and checked; refused with everything that is missing."""
    pilot_now = _locked(pilot)
    missing = list(lacks(read_plan(pilot_now.draft.plan)))
    if missing:
        raise NotReady(missing)
    PILOT.move(pilot_now, Pilot.State.READY, now=now, by=by)
    pilot.refresh_from_db()


@transaction.atomic
def launch(*, pilot: Pilot, by: str, now: datetime) -> DesignVersion:
    """Lock the design as version 1, and make its arms, questions and texts from it; or nothing."""
    pilot = _locked(pilot)
    _refuse_launched(pilot)
    plan = read_plan(pilot.draft.plan)
    missing = list(lacks(plan))
    if missing:
        raise NotReady(missing)
    PILOT.move(pilot, Pilot.State.LAUNCHED, now=now, by=by)
    first = _write_version(pilot, plan, version=1, reason="", by=by, now=now)
    _fit_arms(pilot, plan)
    _publish_questions(pilot, plan, reason="", by=by, now=now)
    for text in plan["consent_texts"]:
        publish_text(pilot=pilot, **text, by=by, now=now)
    return first


@transaction.atomic
def amend(*, pilot: Pilot, plan: Plan, reason: str, by: str, now: datetime) -> DesignVersion:
    """Write the next version of a running pilot's design, for whoever comes from now on.

    Who is enrolled, drawn or paid already keeps what they came by; nothing of theirs changes.
    """
    pilot = _locked(pilot)
    newest = design_in_force(pilot)
    if newest is None or pilot.state != Pilot.State.LAUNCHED:
        raise Refused("Only a pilot that is running is amended.")
    plan, old = read_plan(plan), plan_in(newest)
    _check_amendment(old, plan, reason)
    made = _write_version(
        pilot, plan, version=newest.version + 1, reason=reason.strip(), by=by, now=now
    )
    _fit_arms(pilot, plan)
    if plan["eligibility"] != old["eligibility"]:
        _publish_questions(pilot, plan, reason=reason.strip(), by=by, now=now)
    return made


@transaction.atomic
def ask_from_now_on(
    *, pilot: Pilot, eligibility: dict, reason: str, by: str, now: datetime
) -> DesignVersion | None:
    """Change the questions and the rule: of a running pilot by an amendment, else in its draft.

    What was decided so far keeps its version and its result.
    """
    plan = {**plan_of(pilot), "eligibility": eligibility}
    if pilot.state in (Pilot.State.DRAFT, Pilot.State.READY):
        keep_draft(pilot=pilot, plan=plan, by=by, now=now)
        return None
    return amend(pilot=pilot, plan=plan, reason=reason, by=by, now=now)


@transaction.atomic
def close(*, pilot: Pilot, by: str, now: datetime) -> None:
    """Take nobody in any more; what was promised is still paid."""
    PILOT.move(pilot, Pilot.State.CLOSED, now=now, by=by)


@contextmanager
def refusing_a_taken_name() -> Iterator[None]:
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


def _check_amendment(old: Plan, new: Plan, reason: str) -> None:
    if not reason.strip():
        raise Invalid("Say why the design changes.", field="reason")
    if len(reason.strip()) > LONGEST_REASON:
        raise Invalid(f"Write at most {LONGEST_REASON} characters.", field="reason")
    faults = refuse_fixed(old, new)
    faults += [Fault(one.path, one.says) for one in lacks(new)]
    if faults:
        raise Faulty(faults)
    if new == old:
        raise Invalid("Nothing differs from the version in force.", field="plan")


def _locked(pilot: Pilot) -> Pilot:
    return Pilot.objects.select_for_update().get(pk=pilot.pk)


def _refuse_launched(pilot: Pilot) -> None:
    if pilot.state in (Pilot.State.LAUNCHED, Pilot.State.CLOSED):
        raise Locked("The design is locked since the launch. Amend it instead, with a reason.")


def _write_version(pilot: Pilot, plan: Plan, *, version, reason, by, now) -> DesignVersion:
    document = canonical(plan)
    made = DesignVersion.objects.create(
        pilot=pilot,
        version=version,
        document=document,
        sha256=fingerprint(document),
        reason=reason,
        **plan["lottery"],
        made_by=by,
        made_at=now,
    )
    AuditEvent.record(
        pilot, "design.written", at=now, by=by, version=version, sha256=made.sha256, reason=reason
    )
    return made


def _fit_arms(pilot: Pilot, plan: Plan) -> None:
    """Make the arms that are new, and give the others the name and ratio of the newest version."""
    known = {one.code: one for one in pilot.arms.all()}
    for one in plan["arms"]:
        said = {"name": one["name"], "ratio": one["ratio"]}
        arm = known.get(one["code"])
        if arm is None:
            is_paid = one["kind"] == Arm.Kind.CASH
            fields = {"code": one["code"], "kind": one["kind"], "is_paid": is_paid, **said}
            Arm.objects.create(pilot=pilot, **fields)
        elif (arm.name, arm.ratio) != (one["name"], one["ratio"]):
            Arm.objects.filter(pk=arm.pk).update(**said)


def _publish_questions(pilot: Pilot, plan: Plan, *, reason, by, now) -> EligibilityVersion:
    newest = questions_in_force(pilot)
    return EligibilityVersion.objects.create(
        pilot=pilot,
        version=newest.version + 1 if newest else 1,
        document=canonical(plan["eligibility"]),
        reason=reason,
        made_by=by,
        made_at=now,
    )
