"""Problems and complaints: who may look into which, and what is said to the person."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Q, QuerySet

from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from participants.models import Complaint, ComplaintStep, Enrolment
from participants.queries import in_reach, pilots_where
from participants.queries.staff import staff_who_may_for

NO_COMPLAINT = "There is no such complaint that you can look into."
LOOK, LOOK_AT_STAFF = "look into complaints", "look into complaints about staff"
WAITING = [Complaint.State.OPEN, Complaint.State.LOOKED_AT, Complaint.State.REOPENED]


def complaints_for(user: User | AnonymousUser) -> QuerySet[Complaint]:
    """What a member of staff may look into. Whom it is about never sees it; what is about staff is
    seen by managers and safeguarding leads, and by who it was handed to."""
    about_staff = Q(kind=Complaint.Kind.STAFF) | Q(about__isnull=False)
    may_see = Q(enrolment__pilot__in=pilots_where(user, LOOK_AT_STAFF)) | Q(owner_id=user.pk)
    return (
        Complaint.objects.filter(~about_staff | may_see)
        .filter(in_reach(user, LOOK, pilot="enrolment__pilot", site="enrolment__site"))
        .exclude(about_id=user.pk)
        .select_related("enrolment__participant", "enrolment__pilot", "owner", "about")
    )


def waiting_complaints(user: User | AnonymousUser) -> QuerySet[Complaint]:
    """Those that wait for an answer, the most overdue first."""
    return complaints_for(user).filter(state__in=WAITING).order_by("due_on", "pk")


def complaint_for(user: User | AnonymousUser, public_id: str) -> Complaint:
    """One complaint, if this member of staff may look into it."""
    found = complaints_for(user).filter(public_id=public_id).prefetch_related(_steps()).first()
    if found is None:
        raise NotFound(NO_COMPLAINT)
    return found


def complaints_of(user: User | AnonymousUser, enrolment: Enrolment) -> QuerySet[Complaint]:
    """One person's, as far as this member of staff may look into them; newest first."""
    return complaints_for(user).filter(enrolment=enrolment).order_by("-pk")


def own_complaints(enrolment: Enrolment) -> list[Complaint]:
    """What a person told us, newest first, each with its steps."""
    return list(enrolment.complaints.prefetch_related(_steps()).order_by("-pk"))


def own_complaint(enrolment: Enrolment, public_id: str) -> Complaint:
    """One that a person made themselves: anybody else's does not exist."""
    found = enrolment.complaints.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(NO_COMPLAINT)
    return found


def answer_of(complaint: Complaint) -> ComplaintStep | None:
    """The answer that holds, with its words and day."""
    answers = [one for one in complaint.steps.all() if one.what == ComplaintStep.What.ANSWERED]
    return answers[-1] if answers else None


def is_overdue(complaint: Complaint, today: date) -> bool:
    return complaint.waits_for_staff and today > complaint.due_on


def who_may_own(complaint: Complaint) -> QuerySet[User]:
    """To whom it can be handed: never to whom it is about."""
    act = LOOK_AT_STAFF if complaint.is_about_staff else LOOK
    return staff_who_may_for(complaint.enrolment, act).exclude(pk=complaint.about_id)


def first_owner(enrolment: Enrolment, about: User | None) -> User | None:
    """Who owns a new complaint: a manager, else a safeguarding lead, else whoever else is there."""
    for act in ("change the pilot", LOOK_AT_STAFF, LOOK):
        staff = staff_who_may_for(enrolment, act)
        if owner := staff.exclude(pk=about.pk if about else None).first():
            return owner
    return None


def _steps() -> Prefetch:
    return Prefetch("steps", ComplaintStep.objects.order_by("pk"))
