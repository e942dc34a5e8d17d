"""Celery's part for what spans apps: every task calls one journey or operation."""

from celery import shared_task
from django.utils import timezone

from cashpilot import intake_journeys, personal_data
from participants.models import Pilot
from participants.operations import intakes
from participants.operations.pairs import search

WORKER = "worker"


@shared_task(name="cashpilot.work_on_intakes")
def work_on_intakes() -> None:
    """Check the files that were sent, and add the people of those that somebody decided on."""
    intake_journeys.work_on_intakes(by=WORKER, now=timezone.now())


@shared_task(name="cashpilot.forget_old_intakes")
def forget_old_intakes() -> None:
    """Forget what is in files that nobody has decided on for a month."""
    intakes.forget_old(by=WORKER, now=timezone.now())


@shared_task(name="cashpilot.search_for_pairs")
def search_for_pairs() -> None:
    """Hold people who came in since the last search against everybody else in their pilot."""
    for pilot in Pilot.objects.order_by("pk"):
        search(pilot=pilot, by=WORKER, now=timezone.now())


@shared_task(name="cashpilot.keep_to_the_terms")
def keep_to_the_terms() -> None:
    """Let go of what is past its time; doing it twice a day lets go of nothing more."""
    personal_data.keep_to_the_terms(by=WORKER, now=timezone.now())
