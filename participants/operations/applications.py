"""Writing down that somebody asks to join, and what their answers come to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.models import (
    Application,
    ApplicationDecision,
    EligibilityVersion,
    Enrolment,
    Pilot,
    Site,
)
from participants.queries.applications import last_decision, same_applicant
from participants.queries.designs import eligibility_in
from participants.queries.newcomers import NotRunning
from participants.rules import check_birth, check_choice, check_length
from participants.rules.eligibility import decide, read_answers
from participants.rules.shapes import Faulty

Result = ApplicationDecision.Result


class NotDecided(Refused):
    """Only somebody who can join is enrolled from an application."""

    code = "not-eligible"


@transaction.atomic
def record_application(
    *,
    pilot: Pilot,
    name: str,
    answers: Mapping[str, Any],
    by: str,
    now: datetime,
    date_of_birth: date | None = None,
    email: str = "",
    phone: str = "",
    language: str = "en",
    is_another: bool = False,
    site: Site | None = None,
) -> Application:
    """Write down who asks to join and what they answered, and decide under the questions in force;
    they are met at this site, if one is named.

    An answer that is missing is no “no”: the application waits until it is there. The same
    particulars twice are refused unless the recorder says that this `is_another` person.
    """
    if Pilot.objects.select_for_update().get(pk=pilot.pk).state != Pilot.State.LAUNCHED:
        raise NotRunning("This pilot takes no applications: it is not launched, or it is closed.")
    person = _person(name, date_of_birth, email, phone, timezone.localdate(now))
    check_choice(language, dict(settings.PARTICIPANT_LANGUAGES), field="language")
    if not is_another and same_applicant(pilot, **person):
        says = "Somebody with these particulars has applied already. Is this another person?"
        raise Invalid(says, field="is_another")
    application = Application.objects.create(
        pilot=pilot, site=site, language=language, made_at=now, **person
    )
    AuditEvent.record(application, "application.made", at=now, by=by)
    _decide(application, _in_force(pilot), answers, number=1, why_again="", by=by, now=now)
    return application


@transaction.atomic
def decide_again(
    *,
    application: Application,
    answers: Mapping[str, Any],
    by: str,
    now: datetime,
    why_again: str = "",
) -> ApplicationDecision:
    """Decide once more under the questions in force; the earlier decision stays beside it.

    A reason is needed, unless answers that were missing are filled in under the same version.
    """
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.enrolment_id:
        raise Refused("This person takes part already; what led to it stays as it is.")
    last, questions = last_decision(application), _in_force(application.pilot)
    why_again = check_length(why_again, field="why_again")
    is_filling_in = last.result == Result.UNDECIDED and last.questions_id == questions.pk
    if not is_filling_in and not why_again:
        raise Invalid("Say why this is decided again.", field="why_again")
    return _decide(
        application,
        questions,
        answers,
        number=last.number + 1,
        why_again=why_again,
        by=by,
        now=now,
    )


@transaction.atomic
def mark_enrolled(
    *, application: Application, enrolment: Enrolment, by: str, now: datetime
) -> None:
    """Tie an application that can join to the enrolment it led to; once."""
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.enrolment_id:
        raise NotDecided("This person takes part already.")
    if last_decision(application).result != Result.ELIGIBLE:
        raise NotDecided("Only somebody whose answers say that they can join is enrolled.")
    application.enrolment = enrolment
    application.save(update_fields=["enrolment"])
    AuditEvent.record(
        application, "application.enrolled", at=now, by=by, enrolment=enrolment.public_id
    )


def _decide(
    application: Application,
    questions: EligibilityVersion,
    answers: Mapping[str, Any],
    *,
    number: int,
    why_again: str,
    by: str,
    now: datetime,
) -> ApplicationDecision:
    eligibility = eligibility_in(questions)
    known, faults = read_answers(eligibility, answers)
    if faults:
        raise Faulty(faults, field="answers")
    said = decide(eligibility, known)
    made = ApplicationDecision.objects.create(
        application=application,
        pilot=application.pilot,
        number=number,
        questions=questions,
        answers=known,
        result=said.result,
        reasons=list(said.reasons),
        missing=list(said.missing),
        why_again=why_again,
        recorded_by=by,
        recorded_at=now,
    )
    detail = {"number": number, "result": said.result, "questions": questions.version}
    AuditEvent.record(application, "application.decided", at=now, by=by, **detail)
    return made


def _in_force(pilot: Pilot) -> EligibilityVersion:
    return pilot.eligibility_versions.latest("version")


def _person(name: str, date_of_birth: date | None, email: str, phone: str, today: date) -> dict:
    check_birth(date_of_birth, today)
    name = check_length(name, field="name")
    if not name:
        raise Invalid("The name is empty. One name is enough.", field="name")
    return {
        "name": name,
        "date_of_birth": date_of_birth,
        "email": check_length(email, field="email"),
        "phone": check_length(phone, field="phone"),
    }
