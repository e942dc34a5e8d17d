"""Whose answers may be used, and for what."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import Exact

from evaluation.models import ResearchConsent, ResearchText
from participants.models import Enrolment, Pilot


def enrolments_with(pilot: Pilot, *purposes: str) -> QuerySet[Enrolment]:
    """Everybody whose consent to each of these uses is in force, still taking part or not; whoever
    was added by mistake never took part.

    In doubt a person is out: their newest decision by its date and the one recorded last must
    both say yes, so that a withdrawal counts at once whatever date it bears.
    """
    found = Enrolment.objects.filter(pilot=pilot).exclude(state=Enrolment.State.UNDONE)
    for purpose in purposes:
        for newest in (("-decided_on", "-pk"), ("-pk",)):
            decisions = ResearchConsent.objects.filter(enrolment=OuterRef("pk"), purpose=purpose)
            last = decisions.order_by(*newest).values("decision")[:1]
            found = found.filter(Exact(Subquery(last), ResearchConsent.Decision.GIVEN))
    return found


def research_decisions_of(enrolment: Enrolment) -> QuerySet[ResearchConsent]:
    """What a person decided about their answers and when, newest first."""
    found = ResearchConsent.objects.filter(enrolment=enrolment).select_related("text")
    return found.order_by("-decided_on", "-pk")


def research_switches(enrolment: Enrolment) -> dict[str, ResearchConsent]:
    """What holds for each use now: of the newest by date and the one recorded last, a no
    counts; uses that nobody asked about are left out."""
    rows = list(research_decisions_of(enrolment))
    found = {}
    for purpose in ResearchConsent.Purpose.values:
        about = [one for one in rows if one.purpose == purpose]
        if about:
            last_two = (about[0], max(about, key=lambda one: one.pk))
            no = ResearchConsent.Decision.WITHDRAWN
            found[purpose] = next((one for one in last_two if one.decision == no), about[0])
    return found


def current_research_text(pilot: Pilot, purpose: str, language: str) -> ResearchText | None:
    """The newest words about a use, in the language if there are any, else in English."""
    texts = ResearchText.objects.filter(pilot=pilot, purpose=purpose).order_by("-version")
    return texts.filter(language=language).first() or texts.filter(language="en").first()


def research_texts_in_force(pilot: Pilot) -> QuerySet[ResearchText]:
    """The newest words about each use in each language."""
    newest = ("purpose", "language")
    return ResearchText.objects.filter(pilot=pilot).order_by(*newest, "-version").distinct(*newest)
