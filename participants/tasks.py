"""Celery's part for people: sending what they are told."""

from celery import shared_task
from django.utils import timezone

from participants.operations import notices

AT_A_TIME = 100


@shared_task(name="participants.send_notices")
def send_notices() -> None:
    """Send what waits, one after the other; each is claimed first, so it goes out once."""
    for _ in range(AT_A_TIME):
        if not notices.send_next(by="worker", now=timezone.now()):
            break
