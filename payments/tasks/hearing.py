"""Hearing what the provider says, and asking where it said nothing."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from cashpilot.core.refusals import Refused
from payments.models import Recipient
from payments.operations import pay_runs, provider_events, recipients, reconciliation
from payments.providers import get_provider
from payments.queries import events_waiting, recipients_to_look_at, unfinished_runs
from payments.tasks.crew import LONGEST_LOOK, Crew

WORKER = "worker"


@shared_task(name="payments.apply_provider_events")
def apply_provider_events() -> None:
    """Act on every event that waits, oldest first, over threads: each asks the provider first."""
    provider = get_provider()
    with Crew(settings.SEND_THREADS, longest=LONGEST_LOOK) as crew:
        for events in events_waiting():
            crew.do(_apply, events, provider)
            crew.wait_until_nearly_idle()
            if not crew.has_time:
                break
    for run in unfinished_runs():
        pay_runs.bring_up_to_date(run=run, by=WORKER, now=timezone.now())


def _apply(events, provider) -> None:
    provider_events.apply(events=events, provider=provider, by="provider", now=timezone.now())


@shared_task(name="payments.sweep_provider_events")
def sweep_provider_events() -> None:
    """Fetch what a lost webhook would have said."""
    provider_events.sweep(provider=get_provider(), by=WORKER, now=timezone.now())


@shared_task(name="payments.sweep_accounts")
def sweep_accounts() -> None:
    """Fetch what a lost webhook about somebody's own account would have said."""
    provider, now = get_provider(), timezone.now()
    provider_events.sweep_accounts(provider=provider, by=WORKER, now=now)
    for recipient in recipients_to_look_at(now.date()):
        with suppress(Refused):
            recipients.observe(
                recipient=recipient, provider=provider, by=WORKER, now=timezone.now()
            )


@shared_task(name="payments.create_missing_recipients")
def create_missing_recipients() -> None:
    """Give an account at the provider to everybody who was promised money and has none."""
    provider = get_provider()
    waiting = Recipient.objects.filter(provider_account=None)
    for recipient in waiting.exclude(enrolment__state="undone"):
        try:
            recipients.ensure_account(
                recipient=recipient, provider=provider, by=WORKER, now=timezone.now()
            )
        except Refused:
            continue


@shared_task(name="payments.compare_books")
def compare_books() -> None:
    """Compare the last three days with the provider's books."""
    now = timezone.now()
    with suppress(Refused):
        reconciliation.reconcile(
            provider=get_provider(), since=now - timedelta(days=3), until=now, by=WORKER, now=now
        )
