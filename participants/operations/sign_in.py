"""How participants get in without a password: a link, good once, for a quarter of an hour."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from participants.models import Participant, SignInToken
from participants.queries import open_token

LINK_IS_GOOD_FOR = timedelta(minutes=15)


class LinkIsOver(Refused):
    """The link was used, or its time is up: the person is offered a new one."""

    code = "link-is-over"
    status = 410


@transaction.atomic
def issue_link(
    *,
    participant: Participant,
    by: str,
    now: datetime,
    good_for: timedelta = LINK_IS_GOOD_FOR,
) -> str:
    """Make a new link and return its secret, which is kept nowhere; none once contact has
    stopped."""
    if Participant.objects.filter(pk=participant.pk, contact_stopped_at__isnull=False).exists():
        raise Refused("Contact with this person has stopped, so no link is made.")
    secret = secrets.token_urlsafe(9)
    token = SignInToken.objects.create(
        participant=participant,
        secret_hash=keyed_hash(secret),
        created_by=by,
        created_at=now,
        expires_at=now + good_for,
    )
    AuditEvent.record(token, "sign-in.offered", at=now, by=by, participant=participant.public_id)
    return secret


@transaction.atomic
def use_link(*, secret: str, by: str, now: datetime) -> Participant:
    """Use a link up and say whose page it opens; of two presses at once one gets in."""
    token = open_token(keyed_hash(secret), now)
    if token is None or not SignInToken.objects.filter(pk=token.pk, used_at=None).update(
        used_at=now
    ):
        raise LinkIsOver("This link has been used or its time is up. Ask for a new one.")
    AuditEvent.record(token, "sign-in.used", at=now, by=by, participant=token.participant.public_id)
    return token.participant


def keyed_hash(secret: str) -> str:
    """What is stored of a secret: useless without the site's key."""
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()
