"""Who may do what in a pilot: giving a role, taking it back, binding a caseworker to a site."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.access import Role, check_site, check_together
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import NotAllowed, Refused
from participants.models import Membership, Pilot, Site
from participants.queries import roles_of


class LastManager(Refused):
    """Without a manager nobody could give anybody a role again."""

    code = "last-manager"


@transaction.atomic
def give_role(
    *, pilot: Pilot, user: User, role: str, by: str, now: datetime, site: Site | None = None
) -> Membership:
    """Give a user one more role in a pilot, a caseworker's for one site or all of it.

    1. Nobody gives a role to themselves.
    2. Roles that one person must not hold together are refused, here and by the database.
    3. Giving it again changes at most the site.
    """
    _check_not_own(user, by)
    return hold_role(pilot=pilot, user=user, role=role, site=site, by=by, now=now)


@transaction.atomic
def take_role(*, membership: Membership, by: str, now: datetime) -> None:
    """Take one role back, at once; nobody takes their own, and the last manager stays."""
    _check_not_own(membership.user, by)
    pilot = Pilot.objects.select_for_update().get(pk=membership.pilot_id)
    managers = Membership.objects.filter(pilot=pilot, role=Role.MANAGER, user__is_active=True)
    if membership.role == Role.MANAGER and not managers.exclude(pk=membership.pk).exists():
        raise LastManager("This is the pilot's last manager. Make somebody else a manager first.")
    said = {"user": membership.user.public_id, "role": membership.role}
    membership.delete()
    AuditEvent.record(pilot, "role.taken", at=now, by=by, **said)


@transaction.atomic
def hold_role(
    *, pilot: Pilot, user: User, role: str, by: str, now: datetime, site: Site | None = None
) -> Membership:
    """What `give_role` does, for somebody who comes by it in another way: by setting the pilot up,
    or by an invitation."""
    if site:
        check_site([role])
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    check_together([role, *roles_of(user, pilot)])
    membership, is_new = Membership.objects.get_or_create(
        user=user, pilot=pilot, role=Role(role), defaults={"site": site}
    )
    if not is_new and membership.site_id == (site and site.pk):
        return membership
    Membership.objects.filter(pk=membership.pk).update(site=site)
    membership.site = site
    where = {"site": site.public_id} if site else {}
    AuditEvent.record(
        pilot, "role.given", at=now, by=by, user=user.public_id, role=str(role), **where
    )
    return membership


def _check_not_own(user: User, by: str) -> None:
    if user.public_id == by:
        raise NotAllowed("Nobody changes their own roles. Ask another manager of this pilot.")
