"""Which surveys wait for a person, on their own page."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from evaluation.queries.due import surveys_due
from participants.pages.own import frame, mine


@require_GET
def my_surveys(request, public_id):
    """What we would like to ask a person, and since when; they need not answer."""
    enrolment = mine(request, public_id)
    page = {"enrolment": enrolment, "waves": surveys_due(enrolment, timezone.localdate())}
    return render(request, "evaluation/my_surveys.html", frame(enrolment.pilot) | page)
