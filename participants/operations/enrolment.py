"""Bringing people into a pilot."""

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.lifecycles import ENROLMENT
from participants.models import Arm, Consent, ConsentText, Enrolment, Participant, Pilot, Site
from participants.operations.consent import record_consent
from participants.operations.enrolling_many import enrol_rows
from participants.queries import already_here
from participants.queries.designs import design_in_force
from participants.queries.files import codes_taken, rows_already_here
from participants.queries.newcomers import check_takes_people_in
from participants.rules import (
    HERE_ALREADY,
    PersonRow,
    Problem,
    check_birth,
    check_length,
    read_people,
)


class FileRefused(Invalid):
    """A file with problems: nothing of it was taken in. `problems` names each by row and column."""

    code = "file-refused"

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__(f"Nothing was added: the file has {_count(len(problems))}.", field="file")


@transaction.atomic
def enrol(
    *,
    pilot: Pilot,
    arm: Arm,
    name: str,
    consent_date: date,
    by: str,
    now: datetime,
    how: str = Consent.How.IN_PERSON,
    read_by: str = "",
    code: str = "",
    date_of_birth: date | None = None,
    email: str = "",
    phone: str = "",
    language: str = "en",
    site: Site | None = None,
) -> Enrolment:
    """Bring one person into one arm, with their consent to take part, or do nothing.

    Payment follows from the arm, never from anything the person answers later.
    """
    today = timezone.localdate(now)
    check_birth(date_of_birth, today)
    if consent_date > today:
        raise Invalid("The date of consent is in the future.", field="consent_date")
    name = check_length(name, field="name")
    if not name:
        raise Invalid("The name is empty. One name is enough.", field="name")
    code, email, phone = (
        check_length(text, field=field)
        for field, text in (("code", code), ("email", email), ("phone", phone))
    )
    _check_not_here(pilot, name, code, date_of_birth, email, consent_date)
    participant = Participant.objects.create(
        name=name,
        date_of_birth=date_of_birth,
        email=email,
        phone=phone,
        language=language,
        created_at=now,
    )
    enrolment = _enrol_in(pilot, arm, participant, code, site, now)
    AuditEvent.record(enrolment, "enrolment.active", at=now, by=by, arm=arm.code)
    record_consent(
        enrolment=enrolment,
        purpose=ConsentText.Purpose.TAKE_PART,
        decided_on=consent_date,
        how=how,
        read_by=read_by,
        by=by,
        now=now,
    )
    return enrolment


@transaction.atomic
def enrol_file(
    *, pilot: Pilot, raw: bytes, by: str, now: datetime, site: Site | None = None
) -> list[Enrolment]:
    """Bring in everybody in a CSV or XLSX file, or nobody: any problem refuses the whole file."""
    check_takes_people_in(Pilot.objects.select_for_update().get(pk=pilot.pk))
    rows = _read(pilot, raw, now)
    if problems := rows_already_here(pilot, rows):
        raise FileRefused(problems)
    return enrol_rows(pilot=pilot, rows=rows, site=site, by=by, now=now)


def _read(pilot: Pilot, raw: bytes, now: datetime) -> list[PersonRow]:
    rows, problems = read_people(
        raw,
        arms=pilot.arms.values_list("code", flat=True),
        languages=dict(settings.PARTICIPANT_LANGUAGES),
        today=timezone.localdate(now),
    )
    problems += codes_taken(pilot, rows)
    if problems:
        raise FileRefused(sorted(problems, key=lambda p: (p.row, p.column)))
    if not rows:
        raise FileRefused([Problem(0, "", "This file has column names and no people.")])
    return rows


def _check_not_here(
    pilot: Pilot,
    name: str,
    code: str,
    date_of_birth: date | None,
    email: str,
    consent_date: date,
) -> None:
    """Refuse somebody who is here already, so that a second press or file pays nobody twice.

    Checked under the pilot's lock. Two people who only look alike are told apart by a code.
    """
    check_takes_people_in(Pilot.objects.select_for_update().get(pk=pilot.pk))
    found = already_here(
        pilot, name=name, date_of_birth=date_of_birth, email=email, consent_date=consent_date
    )
    is_another = found is not None and code and found.code != code
    if found and not is_another:
        raise Invalid(HERE_ALREADY.format(found.code), field="name")


def _enrol_in(
    pilot: Pilot,
    arm: Arm,
    participant: Participant,
    code: str,
    site: Site | None,
    now: datetime,
) -> Enrolment:
    try:
        with transaction.atomic():
            return Enrolment.objects.create(
                pilot=pilot,
                participant=participant,
                arm=arm,
                site=site,
                is_paid=arm.is_paid,
                enrolled_on=timezone.localdate(now),
                state_changed_at=now,
                design=design_in_force(pilot),
                **({"code": code} if code else {}),
            )
    except IntegrityError as error:
        if "one_enrolment_per_code" not in str(error):
            raise
        raise Invalid("Somebody else in this pilot has this code.", field="code") from None


def _count(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems:,} problems"


@transaction.atomic
def end_enrolment(*, enrolment: Enrolment, by: str, now: datetime) -> None:
    """Somebody no longer takes part; what they were paid and answered stays."""
    ENROLMENT.move(enrolment, Enrolment.State.ENDED, now=now, by=by)


@transaction.atomic
def reopen_enrolment(*, enrolment: Enrolment, by: str, now: datetime) -> None:
    """It had been ended by mistake."""
    ENROLMENT.move(enrolment, Enrolment.State.ACTIVE, now=now, by=by)
