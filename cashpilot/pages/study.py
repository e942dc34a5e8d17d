"""What pages that span apps may show of the study, where the evaluation is installed: dates, never
answers."""

from datetime import date
from typing import Any

from django.apps import apps

from participants.models import Enrolment


def surveys_due_of(enrolment: Enrolment, today: date) -> list[Any]:
    """The waves that wait for a person."""
    if not apps.is_installed("evaluation"):
        return []
    from evaluation.queries.due import surveys_due

    return surveys_due(enrolment, today)
