"""Celery's part: read the clock, fetch what is needed, call an operation."""

from celery import shared_task
from django.utils import timezone

from cashpilot.core.refusals import Overtaken
from evaluation.operations import releases
from evaluation.queries.releases import approved_releases

WORKER = "worker"


@shared_task(name="evaluation.build_approved_releases")
def build_approved_releases() -> None:
    """Build every approved release; one that another worker was quicker with is left alone."""
    for release in approved_releases():
        try:
            releases.build(release=release, by=WORKER, now=timezone.now())
        except Overtaken:
            continue
