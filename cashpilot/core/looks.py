"""Who looked at what names people: written down with the look, and shown to the person."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from cashpilot.core.models import Look


@transaction.atomic
def note_looks(*, people: Iterable[str], page: str, by: str, now: datetime) -> None:
    """Write down that somebody looked at these people, by their public ids; each once a look."""
    Look.objects.bulk_create(
        Look(person=person, page=Look.Page(page), by=by, at=now) for person in dict.fromkeys(people)
    )


def looks_at(person: str) -> QuerySet[Look]:
    """Who looked at one person, newest first."""
    return Look.objects.filter(person=person).order_by("-pk")
