"""Who works in a pilot, and by which name."""

from collections.abc import Iterable

from django.db.models import QuerySet

from cashpilot.core import access
from cashpilot.core.models import User
from participants.models import Membership, Pilot


def staff_who_may(pilot: Pilot, act: str) -> QuerySet[User]:
    """The staff of a pilot whose roles allow this act, by name."""
    roles = [str(role) for role in access.ACTS[act]]
    held = Membership.objects.filter(pilot=pilot, role__in=roles)
    return User.objects.filter(pk__in=held.values("user")).order_by("first_name", "last_name", "pk")


def names_of(public_ids: Iterable[str]) -> dict[str, str]:
    """The names of members of staff by their ids, in one query."""
    found = User.objects.filter(public_id__in=set(public_ids))
    return {one.public_id: str(one) for one in found}
