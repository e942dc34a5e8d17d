"""Problems and complaints: told, looked into by somebody they are not about, and answered.

Nothing here reads or writes a payment."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cashpilot.core.calendars import working_days_of
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from participants.lifecycles import COMPLAINT
from participants.models import Complaint, ComplaintStep, Enrolment, Notice, Pilot
from participants.operations.notices import tell
from participants.queries.complaints import WAITING, first_owner, who_may_own
from participants.rules import check_choice
from participants.rules.complaints import check_days, due_after
from participants.rules.words import check_words

State, What = Complaint.State, ComplaintStep.What


@transaction.atomic
def make_complaint(
    *,
    enrolment: Enrolment,
    kind: str,
    body: str,
    how: str,
    by: str,
    now: datetime,
    about: User | None = None,
) -> Complaint:
    """Keep what somebody told us, in their words, with an owner whom it is not about and a day by
    which it is answered. It changes no payment, and nobody is asked to prove anything."""
    complaint = Complaint.objects.create(
        enrolment=enrolment,
        kind=check_choice(kind, Complaint.Kind.values, field="kind"),
        body=check_words(body),
        how=check_choice(how, Complaint.How.values, field="how"),
        about=about,
        owner=first_owner(enrolment, about),
        due_on=_due(enrolment.pilot, now),
        state_changed_at=now,
        made_by=by,
        made_at=now,
    )
    AuditEvent.record(complaint, "complaint.open", at=now, by=by)
    return complaint


@transaction.atomic
def take_up(*, complaint: Complaint, person: User, by: str, now: datetime) -> None:
    """Somebody looks into it, and is its owner from now on."""
    _check_not_about(complaint, by)
    _check_owner(complaint, person)
    COMPLAINT.move(complaint, State.LOOKED_AT, now=now, by=by, owner=person)
    _step(complaint, What.TAKEN_UP, by=by, now=now)


@transaction.atomic
def hand_over(*, complaint: Complaint, to: User, words: str, by: str, now: datetime) -> None:
    """Hand it to somebody else, with the reason; never to whom it is about."""
    _check_not_about(complaint, by)
    _check_owner(complaint, to)
    reason = check_words(words, field="words")
    _own(complaint, to)
    _step(complaint, What.HANDED_OVER, reason, by=by, now=now)
    AuditEvent.record(complaint, "complaint.handed over", at=now, by=by, to=to.public_id)


@transaction.atomic
def say_whom_it_is_about(*, complaint: Complaint, about: User, by: str, now: datetime) -> None:
    """Name the member of staff it is about: from now on they neither see nor own it."""
    _check_not_about(complaint, by)
    owner = complaint.owner
    if owner is None or owner.pk == about.pk:
        owner = first_owner(complaint.enrolment, about)
    Complaint.objects.filter(pk=complaint.pk).update(about=about, owner=owner)
    complaint.about, complaint.owner = about, owner
    AuditEvent.record(complaint, "complaint.about staff", at=now, by=by)


@transaction.atomic
def answer(*, complaint: Complaint, words: str, by: str, now: datetime) -> None:
    """Answer in plain words. The person reads them on their page and is told that they are there;
    it is over when they say so, or when staff close it."""
    _check_not_about(complaint, by)
    said = check_words(words, field="words")
    COMPLAINT.move(complaint, State.ANSWERED, now=now, by=by)
    _step(complaint, What.ANSWERED, said, by=by, now=now)
    person = complaint.enrolment.participant
    tell(participant=person, kind=Notice.Kind.ANSWERED, by=by, now=now)


@transaction.atomic
def close(*, complaint: Complaint, by: str, now: datetime) -> None:
    """It is settled, says the person or whoever looked into it."""
    _check_not_about(complaint, by)
    COMPLAINT.move(complaint, State.CLOSED, now=now, by=by)
    _step(complaint, What.CLOSED, by=by, now=now)


@transaction.atomic
def reopen(*, complaint: Complaint, words: str, by: str, now: datetime) -> None:
    """It is not settled: it waits for an answer again, by a new day."""
    _check_not_about(complaint, by)
    said = check_words(words, field="words")
    due_on = _due(complaint.enrolment.pilot, now)
    COMPLAINT.move(complaint, State.REOPENED, now=now, by=by, due_on=due_on)
    _step(complaint, What.REOPENED, said, by=by, now=now)


@transaction.atomic
def set_complaint_days(*, pilot: Pilot, days: int, by: str, now: datetime) -> None:
    """Within how many working days this pilot answers what people tell it from now on."""
    Pilot.objects.filter(pk=pilot.pk).update(complaint_days=check_days(days))
    AuditEvent.record(pilot, "complaint days.set", at=now, by=by, days=days)


def _due(pilot: Pilot, now: datetime) -> date:
    days = Pilot.objects.values_list("complaint_days", flat=True).get(pk=pilot.pk)
    return due_after(timezone.localdate(now), days, working_days_of(pilot.nation))


def _check_not_about(complaint: Complaint, by: str) -> None:
    if complaint.about and complaint.about.public_id == by:
        raise NotAllowed("This complaint is about you. Somebody else looks into it.")


def _check_owner(complaint: Complaint, person: User) -> None:
    may_own = who_may_own(complaint).filter(pk=person.pk).exists()
    is_owner = person.pk == complaint.owner_id
    if not (may_own or is_owner):
        raise Invalid("Choose somebody else: they may not look into this.", field="to")


def _own(complaint: Complaint, owner: User) -> None:
    waiting = Complaint.objects.filter(pk=complaint.pk, state__in=WAITING)
    if not waiting.update(owner=owner):
        raise Refused("This has been answered already. Reopen it first.")
    complaint.owner = owner


def _step(complaint: Complaint, what: str, words: str = "", *, by: str, now: datetime) -> None:
    ComplaintStep.objects.create(
        complaint=complaint, what=what, words=words, made_by=by, made_at=now
    )
