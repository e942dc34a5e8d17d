"""Celery's part for what spans the apps."""

from celery import shared_task
from django.utils import timezone

from cashpilot import personal_data


@shared_task(name="cashpilot.keep_to_the_terms")
def keep_to_the_terms() -> None:
    """Let go of what is past its time; doing it twice a day lets go of nothing more."""
    personal_data.keep_to_the_terms(by="worker", now=timezone.now())
