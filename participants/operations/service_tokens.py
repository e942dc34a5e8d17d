"""What other programs may ask of a pilot: some acts, for some time, and never a person's word."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from cashpilot.core.access import FOR_PROGRAMS
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Pilot, ServiceToken
from participants.operations.sign_in import keyed_hash
from participants.rules import check_length

LONGEST_LIFE = timedelta(days=365)
SAID_AT_MOST_EVERY = timedelta(minutes=1)
BEGINS_WITH = "cps_"


@transaction.atomic
def issue_token(
    *,
    pilot: Pilot,
    token_name: str,
    acts: Sequence[str],
    days: int,
    issuer: User,
    by: str,
    now: datetime,
) -> tuple[ServiceToken, str]:
    """Issue a token for these acts in this pilot; returns its secret, which is kept nowhere."""
    token_name = check_length(token_name, field="token_name")
    if not token_name:
        raise Invalid("Say which program it is for.", field="token_name")
    if not acts or set(acts) - set(FOR_PROGRAMS):
        raise Invalid(f"A program may: {', '.join(FOR_PROGRAMS)}.", field="acts")
    if not 1 <= days <= LONGEST_LIFE.days:
        raise Invalid(f"A token is good for 1 to {LONGEST_LIFE.days} days.", field="days")
    secret = BEGINS_WITH + secrets.token_urlsafe(32)
    token = ServiceToken.objects.create(
        pilot=pilot,
        name=token_name,
        acts=sorted(set(acts)),
        secret_hash=keyed_hash(secret),
        issued_by=issuer,
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    AuditEvent.record(
        token, "service token.issued", at=now, by=by, pilot=pilot.public_id, acts=token.acts
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ServiceToken, by: str, now: datetime) -> None:
    """Let a token open nothing from now on."""
    if not ServiceToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise Refused("This token was revoked already.")
    AuditEvent.record(token, "service token.revoked", at=now, by=by)


def note_use(*, token: ServiceToken, by: str, now: datetime) -> None:
    """Remember when a token was used last, to the minute. What it did is in the audit, under its
    name; that it asked is not."""
    if token.last_used_at is None or now - token.last_used_at > SAID_AT_MOST_EVERY:
        ServiceToken.objects.filter(pk=token.pk).update(last_used_at=now)
