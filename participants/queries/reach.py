"""Who may reach which pilot, and which people in it: every page and endpoint asks here."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from cashpilot.core import access
from cashpilot.core.models import User
from cashpilot.core.refusals import NotAllowed, NotFound
from participants.models import Enrolment, Membership, Pilot, ServiceToken, Site

NO_PILOT = "There is no such pilot, or you are not a member of it."
NO_PERSON = "There is no such participant in your pilots."


@dataclass(frozen=True)
class Program:
    """Another program as the one who is asking, by a service token; it is no user."""

    token: ServiceToken
    is_authenticated: bool = True
    is_active: bool = True
    pk: int = 0

    @property
    def public_id(self) -> str:
        return self.token.public_id


Asker = User | AnonymousUser | Program


def pilots_of(asker: Asker) -> QuerySet[Pilot]:
    """The pilots that a user is a member of, or that a token was issued for, by name."""
    if isinstance(asker, Program):
        return Pilot.objects.filter(pk=asker.token.pilot_id)
    return Pilot.objects.filter(memberships__user_id=asker.pk).distinct().order_by("name")


def pilots_where(asker: Asker, act: str) -> QuerySet[Pilot]:
    """The pilots in which this act is allowed, by name."""
    if isinstance(asker, Program):
        return pilots_of(asker) if act in asker.token.acts else Pilot.objects.none()
    roles = [str(role) for role in access.ACTS[act]]
    mine = Membership.objects.filter(user_id=asker.pk, role__in=roles)
    return Pilot.objects.filter(pk__in=mine.values("pilot")).order_by("name")


def roles_of(asker: Asker, pilot: Pilot) -> set[str]:
    """The roles a user holds in one pilot; a token holds none."""
    held = Membership.objects.filter(user_id=asker.pk, pilot=pilot)
    return set(held.values_list("role", flat=True))


def check_act(asker: Asker, pilot: Pilot, act: str) -> None:
    """Let a member, or a token of this pilot, do this there; or refuse with what is missing."""
    if not isinstance(asker, Program):
        access.check(roles_of(asker, pilot), act)
    elif act not in asker.token.acts:
        raise NotAllowed(f"This service token was not issued to {act}.")


def pilot_for(asker: Asker, public_id: str, act: str) -> Pilot:
    """The pilot, if the asker belongs to it and may do this there.

    To a stranger every pilot is as absent as one that never was; a member whose role is too
    small is told so.
    """
    pilot = pilots_of(asker).filter(public_id=public_id).first()
    if pilot is None:
        raise NotFound(NO_PILOT)
    check_act(asker, pilot, act)
    return pilot


def enrolment_for(asker: Asker, public_id: str, act: str) -> Enrolment:
    """One enrolment, in one of the asker's pilots and in their reach, if they may do this there."""
    found = (
        Enrolment.objects.filter(public_id=public_id, pilot__in=pilots_of(asker))
        .select_related("participant", "pilot", "arm", "site")
        .first()
    )
    if found is None:
        raise NotFound(NO_PERSON)
    check_act(asker, found.pilot, act)
    if not people_in_reach(asker, found.pilot, act).filter(pk=found.pk).exists():
        raise NotFound(NO_PERSON)
    return found


def people_in_reach(asker: Asker, pilot: Pilot, act: str) -> QuerySet[Enrolment]:
    """The people of a pilot for whom the asker may do this, by name: whoever is bound to a site
    reaches its people only."""
    people = enrolments_of(pilot)
    if isinstance(asker, Program):
        return people if act in asker.token.acts else people.none()
    sites = _sites_for(asker, pilot, act)
    return people if None in sites else people.filter(site__in=sites)


def site_of(asker: Asker, pilot: Pilot, act: str) -> Site | None:
    """The one site to which the asker is bound in this act; None where they are bound to none."""
    sites = {None} if isinstance(asker, Program) else _sites_for(asker, pilot, act)
    return None if None in sites else pilot.sites.filter(pk__in=sites).first()


def matching(
    people: QuerySet[Enrolment], *, q: str = "", arm: str = "", site: str = "", state: str = ""
) -> QuerySet[Enrolment]:
    """Those of the people whose name holds `q` or whose code is `q`, in an arm, at a site, in a
    state."""
    said = {"arm__code": arm, "site__public_id": site, "state": state}
    if q:
        people = people.filter(Q(participant__name__icontains=q) | Q(code__iexact=q))
    return people.filter(**{name: value for name, value in said.items() if value})


def enrolments_of(pilot: Pilot) -> QuerySet[Enrolment]:
    """Everybody enrolled in a pilot, by name."""
    return pilot.enrolments.select_related("participant", "arm", "pilot", "site").order_by(
        "participant__name", "pk"
    )


def _sites_for(user: User | AnonymousUser, pilot: Pilot, act: str) -> set[int | None]:
    roles = Q(role__in=[str(role) for role in access.ACTS[act]])
    held = Membership.objects.filter(roles, user_id=user.pk, pilot=pilot)
    return set(held.values_list("site", flat=True))
