"""Who works in a pilot, and by which name."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from cashpilot.core import access
from cashpilot.core.models import User
from participants.models import Enrolment, Membership, Pilot


def staff_who_may(pilot: Pilot, act: str) -> QuerySet[User]:
    """The staff of a pilot whose roles allow this act for somebody at least, by name."""
    return _by_name(_held(pilot, act))


def staff_who_may_for(enrolment: Enrolment, act: str) -> QuerySet[User]:
    """The staff whose roles allow this act for one person, who is met at a site or at none."""
    everywhere_or_there = Q(site=None) | Q(site=enrolment.site_id)
    return _by_name(_held(enrolment.pilot, act).filter(everywhere_or_there))


def names_of(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of members of staff by their ids, in one query."""
    found = User.objects.filter(public_id__in=set(public_ids))
    return {one.public_id: str(one) for one in found}


def _held(pilot: Pilot, act: str) -> QuerySet[Membership]:
    roles = [str(role) for role in access.ACTS[act]]
    return Membership.objects.filter(pilot=pilot, role__in=roles)


def _by_name(held: QuerySet[Membership]) -> QuerySet[User]:
    return User.objects.filter(pk__in=held.values("user")).order_by("first_name", "last_name", "pk")
