"""Letting go of what is past its time, as the terms in `Privacy.kept` say."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from cashpilot.core.database import OPEN_PERSONAL_COLUMNS
from cashpilot.core.erasure import empty
from cashpilot.core.privacy import our_models, term_of, why_it_stays


def past_their_time(now: datetime) -> dict[Any, QuerySet]:
    """The rows whose term is over, by model; those that are emptied already are left out."""
    found = {}
    for model in our_models():
        term = term_of(model)
        if term.after is not None:
            over = model._base_manager.filter(**{f"{term.since}__lt": now - term.after})
            found[model] = over.filter(_holds_something(model)) if term.blanks else over
    return found


@transaction.atomic
def let_go(*, now: datetime) -> dict[str, int]:
    """Delete or empty them; returns how many rows of which model that was."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN_PERSONAL_COLUMNS)
    done = {}
    for model, rows in past_their_time(now).items():
        if term_of(model).blanks:
            goes = {name: empty(model._meta.get_field(name)) for name in _goes(model)}
            done[model._meta.label] = rows.update(**goes)
        else:
            done[model._meta.label] = rows.delete()[0]
    return {label: count for label, count in done.items() if count}


def _goes(model: Any) -> set[str]:
    return set(model.Privacy.identifying) - set(why_it_stays(model))


def _holds_something(model: Any) -> Q:
    holds = Q()
    for name in _goes(model):
        holds |= ~Q(**{name: empty(model._meta.get_field(name))})
    return holds
