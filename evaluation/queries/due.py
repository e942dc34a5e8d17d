"""Which surveys wait for a person: dates, never answers."""

from datetime import date

from evaluation.models import ResearchConsent, Response, Wave
from evaluation.queries.answers import waves_of
from evaluation.queries.consent import research_switches
from participants.models import Enrolment


def surveys_due(enrolment: Enrolment, today: date) -> list[Wave]:
    """The waves that are open and that a person has not answered, if they let us ask."""
    switch = research_switches(enrolment).get(ResearchConsent.Purpose.RESEARCH)
    if switch is None or switch.decision != ResearchConsent.Decision.GIVEN:
        return []
    answered = Response.objects.filter(enrolment=enrolment).values("wave")
    return list(waves_of(enrolment.pilot).filter(opens_on__lte=today).exclude(pk__in=answered))
