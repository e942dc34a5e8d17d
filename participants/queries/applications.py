"""Who asked to join, what came of it, and who still waits for an answer."""

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from cashpilot.core.refusals import NotFound
from participants.models import Application, ApplicationDecision, Pilot
from participants.queries import Asker, check_act, check_in_reach, in_reach, pilots_of
from participants.queries.designs import eligibility_in
from participants.rules.eligibility import Decision, decide

NO_APPLICATION = "There is no such application in your pilots."


def applications_of(
    pilot: Pilot,
    asker: Asker,
    *,
    result: str = "",
    version: int | None = None,
    is_enrolled: bool | None = None,
) -> QuerySet[Application]:
    """Everybody in the asker's reach who asked to join a pilot, longest ago first, with the
    `result` and `version` of their last decision; where a result, version or enrolment is named,
    only those with it."""
    last = ApplicationDecision.objects.filter(application=OuterRef("pk")).order_by("-number")
    rows = (
        pilot.applications.filter(in_reach(asker, "see people"))
        .annotate(
            result=Subquery(last.values("result")[:1]),
            version=Subquery(last.values("questions__version")[:1]),
        )
        .select_related("enrolment")
        .order_by("made_at", "pk")
    )
    if result:
        rows = rows.filter(result=result)
    if version is not None:
        rows = rows.filter(version=version)
    return rows if is_enrolled is None else rows.filter(enrolment__isnull=not is_enrolled)


def application_for(asker: Asker, public_id: str, act: str) -> Application:
    """One application, in one of the asker's pilots and in their reach, if they may do this
    there."""
    found = (
        Application.objects.filter(public_id=public_id, pilot__in=pilots_of(asker))
        .select_related("pilot", "enrolment")
        .prefetch_related(Prefetch("decisions", queryset=_newest_first()))
        .first()
    )
    if found is None:
        raise NotFound(NO_APPLICATION)
    check_act(asker, found.pilot, act)
    check_in_reach(found, asker, act)
    return found


def decisions_of(application: Application) -> QuerySet[ApplicationDecision]:
    """Every decision about an application, newest first."""
    return _newest_first().filter(application=application)


def last_decision(application: Application) -> ApplicationDecision:
    """What holds for an application now."""
    return decisions_of(application)[0]


def decided_anew(decision: ApplicationDecision) -> Decision:
    """What the same answers come to under the version they were decided by: always the same."""
    return decide(eligibility_in(decision.questions), decision.answers)


def same_applicant(pilot: Pilot, *, name: str, date_of_birth, email: str, phone: str):
    """An application with exactly these particulars, if there is one."""
    alike = pilot.applications.filter(name=name, email=email, phone=phone)
    return next((one for one in alike if one.date_of_birth == date_of_birth), None)


def _newest_first() -> QuerySet[ApplicationDecision]:
    return ApplicationDecision.objects.select_related("questions").order_by("-number")
