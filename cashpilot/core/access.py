"""Roles, and what each may do in a pilot. Which pilot is asked in `participants.queries`."""

from collections.abc import Iterable
from itertools import combinations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cashpilot.core.refusals import Invalid, NotAllowed, Refused


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
    "manage staff": frozenset({Role.MANAGER}),
    "see staff": frozenset({Role.MANAGER, Role.AUDITOR}),
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


def _apart() -> dict[frozenset[Role], Promise]:
    """Each pair of roles that one person never holds in one pilot, and why."""
    sees_money = _("whoever sees people or payments by name is not given anonymised answers too")
    only_looks = _("whoever audits a pilot changes nothing in it")
    others = [role for role in Role if role not in (Role.RESEARCHER, Role.AUDITOR)]
    return {
        frozenset({Role.PREPARER, Role.APPROVER}): _("nobody approves what they prepared"),
        frozenset({Role.RESEARCHER, Role.AUDITOR}): only_looks,
        **{frozenset({Role.RESEARCHER, other}): sees_money for other in others},
        **{frozenset({Role.AUDITOR, other}): only_looks for other in others},
    }


APART = _apart()
FOR_PROGRAMS = ("see the pilot", "see people", "enrol people", "see money", "see results")
NEEDS_SECOND_FACTOR = frozenset({Role.MANAGER, Role.PREPARER, Role.APPROVER, Role.RESEARCHER})


class RolesApart(Refused):
    """Two roles that one person may not hold together in one pilot."""

    code = "roles-apart"


def check_together(roles: Iterable[str]) -> None:
    """Let these roles be held together by one person in one pilot, or refuse with the reason."""
    for pair in combinations(sorted({Role(role) for role in roles}), 2):
        why = APART.get(frozenset(pair))
        if why:
            first, second = (Role(role).label.lower() for role in pair)
            raise RolesApart(
                f"One person cannot be {first} and {second} of one pilot: {why}. "
                "Give one of the two to somebody else."
            )


def check_site(roles: Iterable[str]) -> None:
    """Only a caseworker is bound to one site; every other role is held in the whole pilot."""
    if Role.CASEWORKER not in roles:
        raise Invalid("Only a caseworker is bound to a site.", field="site")


def may(roles: Iterable[str], act: str) -> bool:
    """Whether any of these roles allows this act."""
    return not ACTS[act].isdisjoint(Role(role) for role in roles)


def check(roles: Iterable[str], act: str) -> None:
    """Let the act pass, or refuse with who could do it instead."""
    if not may(roles, act):
        who = ", ".join(sorted(str(role.label).lower() for role in ACTS[act]))
        raise NotAllowed(f"Your role does not let you {act}. Ask someone who is: {who}.")
