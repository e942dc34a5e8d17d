"""Celery's part: read the clock, fetch what is needed, call an operation.

Every task means "look now". What each finds is claimed in the database, so any number of workers
may look at once, and a lost message is made good by the next tick.
"""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from cashpilot.core.refusals import Refused
from payments.models import Recipient
from payments.operations import (
    disbursements,
    pay_runs,
    provider_events,
    recipients,
    sending,
    unknown,
)
from payments.providers import get_provider
from payments.queries import unfinished_runs

WORKER = "worker"
BATCHES_A_LOOK = 20


@shared_task(name="payments.send_what_is_approved")
def send_what_is_approved() -> None:
    """Send the queue, find out what is unknown, let go of what need not wait any longer."""
    provider, now = get_provider(), timezone.now()
    sending.expire_leases(by=WORKER, now=now)
    unknown.resolve(provider=provider, by=WORKER, now=now)
    disbursements.release_waiting(provider=provider, by=WORKER, now=now)
    for _ in range(BATCHES_A_LOOK):
        if not sending.send_queued(provider=provider, by=WORKER, now=timezone.now()):
            break
    for run in unfinished_runs():
        pay_runs.bring_up_to_date(run=run, by=WORKER, now=timezone.now())


@shared_task(name="payments.apply_provider_events")
def apply_provider_events() -> None:
    """Act on every event that waits, oldest first."""
    provider_events.apply_waiting(provider=get_provider(), by="provider", now=timezone.now())
    for run in unfinished_runs():
        pay_runs.bring_up_to_date(run=run, by=WORKER, now=timezone.now())


@shared_task(name="payments.sweep_provider_events")
def sweep_provider_events() -> None:
    """Fetch what a lost webhook would have said."""
    provider_events.sweep(provider=get_provider(), by=WORKER, now=timezone.now())


@shared_task(name="payments.sweep_accounts")
def sweep_accounts() -> None:
    """Fetch what a lost webhook about somebody's own account would have said."""
    provider, now = get_provider(), timezone.now()
    provider_events.sweep_accounts(provider=provider, by=WORKER, now=now)
    for recipient in Recipient.objects.exclude(provider_account=None).exclude(status="ready"):
        with suppress(Refused):
            recipients.observe(recipient=recipient, provider=provider, by=WORKER, now=now)


@shared_task(name="payments.create_missing_recipients")
def create_missing_recipients() -> None:
    """Give an account at the provider to everybody who was promised money and has none."""
    provider = get_provider()
    for recipient in Recipient.objects.filter(provider_account=None):
        try:
            recipients.ensure_account(
                recipient=recipient, provider=provider, by=WORKER, now=timezone.now()
            )
        except Refused:
            continue
