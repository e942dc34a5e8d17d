"""How colleagues come in: asked by email, by a link that is good once, for three days."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from cashpilot.core.access import Role, check_site, check_together
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from participants.models import Invitation, Pilot, Site
from participants.operations.roles import hold_role
from participants.operations.sign_in import keyed_hash
from participants.queries import roles_of
from participants.queries.team import invitations_to, open_invitation

GOOD_FOR = timedelta(days=3)


class InvitationIsOver(Refused):
    """It was accepted or taken back, or its time is up."""

    code = "invitation-is-over"
    status = 410


@transaction.atomic
def invite(
    *,
    pilot: Pilot,
    email: str,
    roles: Sequence[str],
    inviter: User,
    by: str,
    now: datetime,
    site: Site | None = None,
) -> tuple[Invitation, str]:
    """Invite somebody into a pilot with these roles; returns the address of its page too,
    whose secret is kept nowhere.

    1. The link goes to that address and to nobody else: a manager who could read it could make up
       a second person. Only the demo, which sends no email, shows it.
    2. An earlier invitation to the same address is taken back, so that one link counts.
    """
    _check_mail()
    email = _checked(email)
    if email == inviter.email.lower():
        raise NotAllowed("Nobody changes their own roles. Ask another manager of this pilot.")
    _check_roles(pilot, email, roles, site)
    Invitation.objects.filter(pilot=pilot, email=email, accepted_at=None, revoked_at=None).update(
        revoked_at=now
    )
    secret = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        pilot=pilot,
        email=email,
        roles=[str(Role(role)) for role in roles],
        site=site,
        secret_hash=keyed_hash(secret),
        invited_by=inviter,
        invited_at=now,
        expires_at=now + GOOD_FOR,
    )
    AuditEvent.record(
        invitation, "invitation.sent", at=now, by=by, pilot=pilot.public_id, roles=invitation.roles
    )
    address = _address(secret)
    transaction.on_commit(lambda: _send(invitation, address))
    return invitation, address


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: str, now: datetime) -> None:
    """Take an invitation back; the link opens nothing from now on."""
    live = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if not live.update(revoked_at=now):
        raise InvitationIsOver("This invitation was accepted or taken back already.")
    AuditEvent.record(invitation, "invitation.revoked", at=now, by=by)


@transaction.atomic
def accept_as_new(
    *, secret: str, first_name: str, last_name: str, password: str, by: str, now: datetime
) -> User:
    """Make an account for whoever holds the link, with the roles of the invitation; or nothing."""
    invitation = _open(secret, now)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise Refused("There is an account with this email address. Sign in with it first.")
    user = User(
        username=invitation.email,
        email=invitation.email,
        first_name=first_name,
        last_name=last_name,
    )
    try:
        validate_password(password, user)
    except ValidationError as no:
        raise Invalid(" ".join(no.messages), field="password") from None
    user.set_password(password)
    _join(invitation, user, by, now)
    return user


@transaction.atomic
def accept_as(*, secret: str, user: User, by: str, now: datetime) -> None:
    """Join with the account one has, which has to be of the invited address."""
    invitation = _open(secret, now)
    if user.email.lower() != invitation.email:
        raise NotAllowed("This invitation is for another email address. Sign in with that one.")
    _join(invitation, user, by, now)


@transaction.atomic
def accept_by_email(
    *, email: str, first_name: str, last_name: str, by: str, now: datetime
) -> User | None:
    """Join by every open invitation to an address that an identity provider has verified.

    Returns whose account it is: one that was there, or one made from the invitation; None for an
    address that nobody invited.
    """
    email = email.lower()
    invitations = list(invitations_to(email, now))
    user = User.objects.filter(email__iexact=email).first()
    if user is None and not invitations:
        return None
    if user is None:
        user = User(username=email, email=email, first_name=first_name, last_name=last_name)
        user.set_unusable_password()
    for invitation in invitations:
        _join(invitation, user, by, now)
    return user


def _address(secret: str) -> str:
    """Where an invitation is accepted; of the configured host, whatever host was asked."""
    return f"{settings.BASE_URL}/join/{secret}/"


def _check_mail() -> None:
    if _sends_no_mail() and settings.CASHPILOT_MODE != "demo":
        raise Refused(
            "This cashpilot cannot send email, so nobody can be invited. Ask whoever runs it to "
            "set EMAIL_HOST, or to add people on the server."
        )


def _sends_no_mail() -> bool:
    return settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def _send(invitation: Invitation, address: str) -> None:
    roles = ", ".join(str(Role(role).label).lower() for role in invitation.roles)
    words = _(
        "%(who)s invites you to work on %(pilot)s (%(roles)s).\n\n%(address)s\n\n"
        "The link is good once, for three days. If you did not expect it, do nothing."
    ) % {
        "who": invitation.invited_by.get_full_name() or invitation.invited_by.email,
        "pilot": invitation.pilot.name,
        "roles": roles,
        "address": address,
    }
    subject = _("You are invited to %(pilot)s") % {"pilot": invitation.pilot.name}
    send_mail(subject, words, None, [invitation.email])


def _join(invitation: Invitation, user: User, by: str, now: datetime) -> None:
    live = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if not live.update(accepted_at=now):
        raise InvitationIsOver("This invitation was accepted or taken back already.")
    if user.pk is None:
        user.save()
        AuditEvent.record(user, "user.added", at=now, by=invitation.invited_by.public_id)
    for role in invitation.roles:
        site = invitation.site if role == Role.CASEWORKER else None
        hold_role(
            pilot=invitation.pilot,
            user=user,
            role=role,
            site=site,
            by=invitation.invited_by.public_id,
            now=now,
        )
    AuditEvent.record(invitation, "invitation.accepted", at=now, by=by, user=user.public_id)


def _open(secret: str, now: datetime) -> Invitation:
    found = open_invitation(keyed_hash(secret), now)
    if found is None:
        raise InvitationIsOver(
            "This invitation was used or taken back, or its time is up. "
            "Ask whoever invited you for a new one."
        )
    return found


def _checked(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(
            "Enter an email address in full, like name@example.com.", field="email"
        ) from None
    return email


def _check_roles(pilot: Pilot, email: str, roles: Sequence[str], site: Site | None) -> None:
    if not roles:
        raise Invalid("Choose at least one role.", field="roles")
    unknown = set(roles) - set(Role.values)
    if unknown:
        raise Invalid("There is no such role.", field="roles")
    if site:
        check_site(roles)
    user = User.objects.filter(email__iexact=email).first()
    check_together([*roles, *(roles_of(user, pilot) if user else ())])
