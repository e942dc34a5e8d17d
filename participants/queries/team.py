"""Who works on a pilot, where, who is invited, and which programs may ask."""

from datetime import datetime

from django.db.models import Count, QuerySet

from cashpilot.core.access import NEEDS_SECOND_FACTOR
from cashpilot.core.models import User
from cashpilot.core.refusals import Invalid, NotFound
from participants.models import Invitation, Membership, Pilot, ServiceToken, Site


def members_of(pilot: Pilot) -> QuerySet[Membership]:
    """Every role that somebody holds in a pilot, by person."""
    return pilot.memberships.select_related("user", "site").order_by("user__email", "role")


def membership_for(pilot: Pilot, user_id: str, role: str) -> Membership:
    """One role of one person in a pilot."""
    found = members_of(pilot).filter(user__public_id=user_id, role=role).first()
    if found is None:
        raise NotFound("Nobody holds this role here.")
    return found


def member_of(pilot: Pilot, user_id: str) -> User:
    """Somebody who holds a role in a pilot already; everybody else comes by invitation."""
    found = members_of(pilot).filter(user__public_id=user_id).first()
    if found is None:
        raise NotFound("There is no such member of this pilot. Invite them first.")
    return found.user


def sites_of(pilot: Pilot) -> QuerySet[Site]:
    """The sites of a pilot by name, each with the number of its people."""
    return pilot.sites.annotate(people=Count("enrolments")).order_by("name")


def site_named(pilot: Pilot, public_id: str) -> Site | None:
    """The pilot's site of this identifier; None where it is empty."""
    if not public_id:
        return None
    found = pilot.sites.filter(public_id=public_id).first()
    if found is None:
        raise Invalid("This pilot has no such site.", field="site")
    return found


def has_account(email: str) -> bool:
    """Whether somebody with this email address can sign in already."""
    return User.objects.filter(email__iexact=email).exists()


def needs_second_step(user: User) -> bool:
    """Whether the user holds, or may give themselves, a role that moves money or takes data out."""
    roles = [str(role) for role in NEEDS_SECOND_FACTOR]
    return user.may_set_up_pilots or user.memberships.filter(role__in=roles).exists()


def invitations_of(pilot: Pilot, now: datetime) -> QuerySet[Invitation]:
    """The invitations that can still be accepted, newest first."""
    return _open(now).filter(pilot=pilot).order_by("-pk")


def invitations_to(email: str, now: datetime) -> QuerySet[Invitation]:
    """The invitations to one address that can still be accepted, in the order they were sent."""
    return _open(now).filter(email=email).order_by("pk")


def invitation_of(pilot: Pilot, public_id: str) -> Invitation:
    """One invitation of a pilot."""
    found = pilot.invitations.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such invitation.")
    return found


def open_invitation(secret_hash: str, now: datetime) -> Invitation | None:
    """The invitation that this secret opens now, if it is unused and in time."""
    return _open(now).filter(secret_hash=secret_hash).first()


def service_tokens_of(pilot: Pilot) -> QuerySet[ServiceToken]:
    """Every service token of a pilot, newest first, those that are over too."""
    return pilot.service_tokens.select_related("issued_by").order_by("-pk")


def service_token_of(pilot: Pilot, public_id: str) -> ServiceToken:
    """One service token of a pilot."""
    found = pilot.service_tokens.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such service token.")
    return found


def token_in_force(secret_hash: str, now: datetime) -> ServiceToken | None:
    """The service token of this secret, if it is in time and was not revoked."""
    live = ServiceToken.objects.filter(revoked_at=None, expires_at__gt=now)
    return live.filter(secret_hash=secret_hash).select_related("pilot", "issued_by").first()


def _open(now: datetime) -> QuerySet[Invitation]:
    live = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
    return live.select_related("pilot", "site", "invited_by")
