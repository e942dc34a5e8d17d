"""Where money goes: accounts at the provider, and what it says of them."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.calendars import NATIONS
from cashpilot.core.models import AuditEvent
from payments.models import Recipient
from payments.providers.base import Observed, Provider

Status = Recipient.Status


def ensure_account(*, recipient: Recipient, provider: Provider, by: str, now: datetime) -> None:
    """Give a recipient an account at the provider; asking twice makes one.

    The provider is asked outside any transaction, under a key made from our id.
    """
    if recipient.provider_account:
        return
    country = NATIONS[recipient.enrolment.pilot.nation][1]
    account = provider.ensure_recipient(recipient=recipient.public_id, country=country)
    with transaction.atomic(durable=True):
        changed = Recipient.objects.filter(pk=recipient.pk, provider_account=None).update(
            provider_account=account, status=Status.ACTION_NEEDED
        )
        if changed:
            AuditEvent.record(recipient, "recipient.account made", at=now, by=by)
    recipient.refresh_from_db()


def start_onboarding(
    *,
    recipient: Recipient,
    provider: Provider,
    return_url: str,
    refresh_url: str,
    by: str,
    now: datetime,
) -> str:
    """A fresh address of the provider's page for bank details; good once, for minutes."""
    ensure_account(recipient=recipient, provider=provider, by=by, now=now)
    url = provider.onboarding_url(
        account=recipient.provider_account or "", return_url=return_url, refresh_url=refresh_url
    )
    AuditEvent.record(recipient, "recipient.onboarding offered", at=now, by=by)
    return url


def observe(*, recipient: Recipient, provider: Provider, by: str, now: datetime) -> Recipient:
    """Read the provider's view of the recipient again and keep it, unless a newer one is kept."""
    if recipient.provider_account:
        seen = provider.observe_recipient(recipient.provider_account)
        keep_observation(recipient=recipient, seen=seen, by=by, now=now)
        recipient.refresh_from_db()
    return recipient


@transaction.atomic
def keep_observation(*, recipient: Recipient, seen: Observed, by: str, now: datetime) -> None:
    """Keep what the provider says of a recipient, unless something newer is kept already."""
    kept = Recipient.objects.select_for_update().get(pk=recipient.pk)
    if kept.observed_at and kept.observed_at > now:
        return
    status, reason = _judged(kept, seen)
    was = kept.status
    Recipient.objects.filter(pk=kept.pk).update(
        status=status,
        reason=reason,
        details_missing=seen.details_missing,
        account_tail=seen.account_tail,
        observed_at=now,
    )
    if was != status:
        AuditEvent.record(kept, f"recipient.{status}", at=now, by=by, was=was)


def _judged(recipient: Recipient, seen: Observed) -> tuple[str, str]:
    """A recipient in another currency cannot be paid: money is never exchanged on the way."""
    if seen.status == Status.READY and seen.currency != recipient.enrolment.pilot.currency:
        return Status.DISABLED, "other_currency"
    return seen.status, seen.reason
