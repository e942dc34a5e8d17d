"""Roles, and what each may do in a pilot. Which pilot is asked in `participants.queries`."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from cashpilot.core.refusals import NotAllowed


class Role(models.TextChoices):
    MANAGER = "manager", _("Pilot manager")
    CASEWORKER = "caseworker", _("Caseworker")
    PREPARER = "preparer", _("Finance preparer")
    APPROVER = "approver", _("Finance approver")
    RESEARCHER = "researcher", _("Researcher")
    AUDITOR = "auditor", _("Auditor")
    SAFEGUARDING_LEAD = "safeguarding_lead", _("Safeguarding lead")


ACTS: dict[str, frozenset[Role]] = {
    "see the pilot": frozenset(Role),
    "change the pilot": frozenset({Role.MANAGER}),
    "see people": frozenset({Role.MANAGER, Role.CASEWORKER, Role.SAFEGUARDING_LEAD}),
    "say how to reach people": frozenset({Role.MANAGER, Role.CASEWORKER, Role.SAFEGUARDING_LEAD}),
    "keep the list of places": frozenset({Role.MANAGER, Role.CASEWORKER, Role.SAFEGUARDING_LEAD}),
    "safeguard people": frozenset({Role.SAFEGUARDING_LEAD}),
    "look into complaints": frozenset({Role.MANAGER, Role.CASEWORKER, Role.SAFEGUARDING_LEAD}),
    "look into complaints about staff": frozenset({Role.MANAGER, Role.SAFEGUARDING_LEAD}),
    "enrol people": frozenset({Role.MANAGER, Role.CASEWORKER}),
    "hold the draw": frozenset({Role.MANAGER}),
    "check the draw": frozenset({Role.MANAGER, Role.AUDITOR}),
    "see money": frozenset({Role.MANAGER, Role.PREPARER, Role.APPROVER, Role.AUDITOR}),
    "change schedules": frozenset({Role.MANAGER}),
    "hold payments": frozenset({Role.MANAGER, Role.CASEWORKER, Role.SAFEGUARDING_LEAD}),
    "prepare pay runs": frozenset({Role.PREPARER}),
    "approve pay runs": frozenset({Role.APPROVER}),
    "note what arrived": frozenset({Role.MANAGER, Role.CASEWORKER, Role.PREPARER, Role.APPROVER}),
    "match the books": frozenset({Role.MANAGER, Role.APPROVER}),
    "record answers": frozenset({Role.MANAGER, Role.CASEWORKER}),
    "copy personal data": frozenset({Role.MANAGER}),
    "erase people": frozenset({Role.MANAGER}),
    "see results": frozenset({Role.MANAGER, Role.RESEARCHER}),
    "request releases": frozenset({Role.RESEARCHER}),
    "approve releases": frozenset({Role.MANAGER}),
}


def may(roles: Iterable[str], act: str) -> bool:
    """Whether any of these roles allows this act."""
    return not ACTS[act].isdisjoint(Role(role) for role in roles)


def check(roles: Iterable[str], act: str) -> None:
    """Let the act pass, or refuse with who could do it instead."""
    if not may(roles, act):
        who = ", ".join(sorted(str(role.label).lower() for role in ACTS[act]))
        raise NotAllowed(f"Your role does not let you {act}. Ask someone who is: {who}.")
