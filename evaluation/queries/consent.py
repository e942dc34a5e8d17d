"""Whose answers may be used, and for what."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import Exact

from evaluation.models import ResearchConsent
from participants.models import Enrolment, Pilot


def enrolments_with(pilot: Pilot, *purposes: str) -> QuerySet[Enrolment]:
    """Everybody whose consent to each of these uses is in force, still taking part or not.

    In doubt a person is out: their newest decision by its date and the one recorded last must
    both say yes, so that a withdrawal counts at once whatever date it bears.
    """
    found = Enrolment.objects.filter(pilot=pilot)
    for purpose in purposes:
        for newest in (("-decided_on", "-pk"), ("-pk",)):
            decisions = ResearchConsent.objects.filter(enrolment=OuterRef("pk"), purpose=purpose)
            last = decisions.order_by(*newest).values("decision")[:1]
            found = found.filter(Exact(Subquery(last), ResearchConsent.Decision.GIVEN))
    return found
