"""Who may reach which pilot, and which people in it: every page and endpoint asks here."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

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
    mine = Membership.objects.filter(user_id=asker.pk, role__in=_roles_for(act))
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
        .select_related("participant", "pilot", "arm", "design", "site")
        .first()
    )
    if found is None:
        raise NotFound(NO_PERSON)
    check_act(asker, found.pilot, act)
    check_in_reach(found, asker, act)
    return found


def whole_person_for(asker: Asker, public_id: str, act: str) -> Enrolment:
    """One enrolment of somebody, if the asker may do this in every pilot that they are or were in:
    for what is done to a person, and not to their part in one pilot."""
    found = enrolment_for(asker, public_id, act)
    for other in Pilot.objects.filter(enrolments__participant=found.participant_id).distinct():
        check_act(asker, other, act)
    return found


def in_reach(asker: Asker, act: str, *, pilot: str = "pilot", site: str = "site") -> Q:
    """The rows about people for whom the asker may do this: of a whole pilot, or of the one site to
    which they are bound there. `pilot` and `site` are where the rows keep these."""
    if isinstance(asker, Program):
        mine = asker.token.pilot_id if act in asker.token.acts else None
        return Q(**{pilot: mine}) if mine else Q(pk__in=[])
    held = Membership.objects.filter(user_id=asker.pk, role__in=_roles_for(act))
    whole, bound = held.filter(site=None), held.exclude(site=None)
    return Q(**{f"{pilot}__in": whole.values("pilot")}) | Q(**{f"{site}__in": bound.values("site")})


def check_in_reach(row: Model, asker: Asker, act: str, **places: str) -> None:
    """To whoever is bound to a site, somebody who is met elsewhere does not exist."""
    rows = type(row)._default_manager.filter(in_reach(asker, act, **places))
    if not rows.filter(pk=row.pk).exists():
        raise NotFound(NO_PERSON)


def people_in_reach(asker: Asker, pilot: Pilot, act: str) -> QuerySet[Enrolment]:
    """The people of a pilot for whom the asker may do this, who came last first."""
    return enrolments_of(pilot).filter(in_reach(asker, act))


def site_of(asker: Asker, pilot: Pilot, act: str) -> Site | None:
    """The one site to which the asker is bound in this act; None where they are bound to none."""
    held = Membership.objects.filter(user_id=asker.pk, pilot=pilot, role__in=_roles_for(act))
    sites = {one.site for one in held.select_related("site")}
    return None if None in sites else next(iter(sites), None)


def matching(
    people: QuerySet[Enrolment], *, arm: str = "", site: str = "", state: str = ""
) -> QuerySet[Enrolment]:
    """Those of the people in an arm, at a site, in a state."""
    said = {"arm__code": arm, "site__public_id": site, "state": state}
    return people.filter(**{name: value for name, value in said.items() if value})


def called(people: QuerySet[Enrolment], words: str) -> QuerySet[Enrolment]:
    """Those of the people with exactly this code, name, email address or phone number, however it
    is written."""
    person = Q(code__iexact=words)
    for column in ("name", "email", "phone"):
        person |= Q(**{f"participant__{column}": words})
    return people.filter(person)


def enrolments_of(pilot: Pilot) -> QuerySet[Enrolment]:
    """Everybody enrolled in a pilot, who came last first: names are sealed, and sort nowhere."""
    known = pilot.enrolments.exclude(state=Enrolment.State.UNDONE)
    return known.select_related("participant", "arm", "pilot", "design", "site").order_by("-pk")


def _roles_for(act: str) -> list[str]:
    return [str(role) for role in access.ACTS[act]]
