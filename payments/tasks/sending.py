"""Sending what is approved, over threads that share the provider's rate."""

from contextlib import suppress
from functools import partial

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from payments.operations import halts, pausing, pay_runs, sending, unknown, waiting
from payments.providers import get_provider
from payments.providers.base import Provider, Unreachable
from payments.queries import unfinished_runs, unknown_to_look_up
from payments.tasks.crew import LONGEST_LOOK, Crew

WORKER = "worker"


@shared_task(name="payments.send_what_is_approved")
def send_what_is_approved() -> None:
    """Send the queue, find out what is unknown, let go of what need not wait any longer."""
    provider, now = get_provider(), timezone.now()
    halts.notice_an_older_state(by=WORKER, now=now)
    sending.expire_leases(by=WORKER, now=now)
    find_out(provider)
    waiting.release_waiting(provider=provider, by=WORKER, now=now)
    with suppress(Unreachable):
        pausing.start_approved(provider=provider, by=WORKER, now=now)
    send_all(provider)
    for run in unfinished_runs():
        pay_runs.bring_up_to_date(run=run, by=WORKER, now=timezone.now())


def find_out(provider: Provider) -> None:
    """Look up, over threads, what became of every try whose outcome is not known."""
    with Crew(settings.SEND_THREADS, longest=LONGEST_LOOK) as crew:
        for row in unknown_to_look_up():
            crew.do(_find_out, row, provider)


def send_all(provider: Provider) -> int:
    """Claim and send until nothing is left or the look has lasted long enough; returns how many.

    The next batch is claimed while the last one is under way, so that no slot is wasted.
    """
    asked = 0
    with Crew(settings.SEND_THREADS, longest=LONGEST_LOOK) as crew:
        while crew.has_time:
            token, claimed = sending.claim(by=WORKER, now=timezone.now())
            if not claimed and not crew.is_busy:
                break
            pace = provider.reserve_sends(len(claimed))
            for index, disbursement in enumerate(claimed):
                crew.do(_send_at, pace, index, disbursement, token, provider)
            asked += len(claimed)
            crew.wait_until_nearly_idle()
            if not claimed:
                crew.wait_for_one()
    return asked


def _find_out(row, provider) -> None:
    unknown.resolve_one(disbursement=row, provider=provider, by=WORKER, now=timezone.now())


def _send_at(pace, index, disbursement, token, provider) -> bool:
    """Send one at its moment; whether the provider says that too many calls are under way."""
    pace.wait_for(index, ahead=sending.TO_CHECK)
    answer = sending.send_one(
        disbursement=disbursement,
        token=token,
        provider=provider,
        by=WORKER,
        now=timezone.now(),
        turn=partial(pace.wait_for, index),
    )
    return getattr(answer, "is_crowded", False)
