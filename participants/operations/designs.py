"""Launching a pilot and amending its design: versions that are written and never changed."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.lifecycles import PILOT
from participants.models import Arm, DesignVersion, EligibilityVersion, Pilot
from participants.operations.consent import publish_text
from participants.operations.drafts import NotReady, keep_draft
from participants.operations.sites import add_site
from participants.queries import texts_in_force
from participants.queries.designs import (
    design_in_force,
    plan_in,
    plan_of,
    questions_in_force,
)
from participants.rules.plans import Plan, canonical, fingerprint, lacks, read_plan, refuse_fixed
from participants.rules.shapes import Fault, Faulty

LONGEST_REASON = 200


@transaction.atomic
def launch(*, pilot: Pilot, by: str, now: datetime) -> DesignVersion:
    """Lock the design as version 1, and make its arms, sites, questions and texts from it; or
    nothing."""
    pilot = _locked(pilot)
    PILOT.move(pilot, Pilot.State.LAUNCHED, now=now, by=by)
    plan = read_plan(pilot.draft.plan)
    missing = list(lacks(plan))
    if missing:
        raise NotReady(missing)
    first = _write_version(pilot, plan, version=1, reason="", by=by, now=now)
    _fit_arms(pilot, plan)
    _fit_sites(pilot, plan, by=by, now=now)
    _publish_questions(pilot, plan, reason="", by=by, now=now)
    in_force = {(one.purpose, one.language, one.body) for one in texts_in_force(pilot)}
    for text in plan["consent_texts"]:
        if (text["purpose"], text["language"], text["body"]) not in in_force:
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
    _fit_sites(pilot, plan, by=by, now=now)
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


def _locked(pilot: Pilot) -> Pilot:
    return Pilot.objects.select_for_update().get(pk=pilot.pk)


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


def _fit_sites(pilot: Pilot, plan: Plan, *, by: str, now: datetime) -> None:
    """Open the sites that the design names and that are not there yet; none is ever closed."""
    known = {one.name.casefold() for one in pilot.sites.all()}
    for one in plan["sites"]:
        if one["name"].casefold() not in known:
            add_site(pilot=pilot, site_name=one["name"], by=by, now=now)


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
