"""What pages that span apps may show of the study, where the evaluation is installed: dates, never
answers."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.apps import apps

from cashpilot.core.happenings import Happening
from participants.models import Enrolment


def surveys_due_of(enrolment: Enrolment, today: date) -> list[Any]:
    """The waves that wait for a person."""
    if not apps.is_installed("evaluation"):
        return []
    from evaluation.queries.due import surveys_due

    return surveys_due(enrolment, today)


def survey_happenings(enrolment: Enrolment) -> Iterable[Happening]:
    """On which days a person answered."""
    if not apps.is_installed("evaluation"):
        return []
    from evaluation.queries.due import survey_happenings_of

    return survey_happenings_of(enrolment)
