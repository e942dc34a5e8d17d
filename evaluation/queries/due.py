"""Which surveys wait for a person, and when they answered: dates, never answers."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Max
from django.utils.translation import gettext as _

from cashpilot.core.happenings import Happening
from cashpilot.core.templatetags.cashpilot_words import long_date
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


def survey_happenings_of(enrolment: Enrolment) -> Iterator[Happening]:
    """On which days a person answered at which wave: once a day, and never what."""
    answered = Response.objects.filter(enrolment=enrolment)
    days = answered.values("wave__name", "answered_on").annotate(at=Max("recorded_at"))
    for one in days.order_by("answered_on"):
        said = {"wave": one["wave__name"], "day": long_date(one["answered_on"])}
        what = _("Answered %(wave)s on %(day)s") % said
        own = _("You answered %(wave)s on %(day)s") % said
        yield Happening("survey", one["at"], "", what, own=own)
