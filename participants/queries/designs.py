"""What a pilot is set up to be: its draft, and every version of its design."""

import json
from typing import Any

from django.db.models import QuerySet

from cashpilot.core.refusals import NotFound
from participants.models import DesignVersion, EligibilityVersion, Pilot
from participants.queries import texts_in_force
from participants.rules.plans import Plan, read_plan
from participants.rules.questions import NOTHING_ASKED


def design_in_force(pilot: Pilot) -> DesignVersion | None:
    """The newest version of a pilot's design; None before its launch."""
    return pilot.designs.order_by("-version").first()


def designs_of(pilot: Pilot) -> QuerySet[DesignVersion]:
    """Every version, newest first."""
    return pilot.designs.order_by("-version")


def design_for(pilot: Pilot, version: int) -> DesignVersion:
    """One version of this pilot's design."""
    found = pilot.designs.filter(version=version).first()
    if found is None:
        raise NotFound("This pilot's design has no such version.")
    return found


def plan_in(design: DesignVersion) -> Plan:
    """What a version says, in the order in which people read it."""
    return read_plan(json.loads(design.document))


def plan_of(pilot: Pilot) -> Plan:
    """The set-up as it stands: the draft, or the newest version of the design."""
    newest = design_in_force(pilot)
    return plan_in(newest) if newest else read_plan(pilot.draft.plan)


def plan_to_take_along(pilot: Pilot) -> Plan:
    """The set-up for another pilot to start from, with the texts that are in force today."""
    plan = plan_of(pilot)
    if pilot.state in (Pilot.State.DRAFT, Pilot.State.READY):
        return plan
    texts = [
        {"purpose": one.purpose, "language": one.language, "body": one.body}
        for one in texts_in_force(pilot)
    ]
    return {**plan, "consent_texts": texts}


def questions_in_force(pilot: Pilot) -> EligibilityVersion | None:
    """The newest version of a pilot's questions; None before its launch."""
    return pilot.eligibility_versions.order_by("-version").first()


def eligibility_of(pilot: Pilot) -> dict[str, Any]:
    """The questions and the rule as they stand: in the draft, or in the version in force."""
    return plan_of(pilot)["eligibility"]


def eligibility_in(version: EligibilityVersion | None) -> dict[str, Any]:
    """The questions and the rule of a version."""
    return json.loads(version.document) if version else NOTHING_ASKED
