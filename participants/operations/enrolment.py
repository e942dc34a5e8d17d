"""Bringing people into a pilot."""

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import Arm, Consent, ConsentText, Enrolment, Participant, Pilot
from participants.operations.consent import record_consent
from participants.rules import PersonRow, Problem, clean, read_people


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
    code: str = "",
    date_of_birth: date | None = None,
    email: str = "",
    phone: str = "",
    language: str = "en",
) -> Enrolment:
    """Bring one person into one arm, with their consent to take part, or do nothing.

    Payment follows from the arm, never from anything the person answers later.
    """
    if date_of_birth and date_of_birth > timezone.localdate(now):
        raise Invalid("The date of birth is in the future.", field="date_of_birth")
    name = clean(name)
    if not name:
        raise Invalid("The name is empty. One name is enough.", field="name")
    participant = Participant.objects.create(
        name=name,
        date_of_birth=date_of_birth,
        email=email,
        phone=phone,
        language=language,
        created_at=now,
    )
    enrolment = _enrol_in(pilot, arm, participant, code, now)
    AuditEvent.record(enrolment, "enrolment.active", at=now, by=by, arm=arm.code)
    record_consent(
        enrolment=enrolment,
        purpose=ConsentText.Purpose.TAKE_PART,
        decided_on=consent_date,
        how=how,
        by=by,
        now=now,
    )
    return enrolment


@transaction.atomic
def enrol_file(*, pilot: Pilot, raw: bytes, by: str, now: datetime) -> list[Enrolment]:
    """Bring in everybody in a CSV file, or nobody: any problem refuses the whole file."""
    rows = _read(pilot, raw, now)
    arms = {arm.code: arm for arm in pilot.arms.all()}
    return [
        enrol(
            pilot=pilot,
            arm=arms[one.arm],
            name=one.name,
            consent_date=one.consent_date,
            how=Consent.How.PAPER,
            code=one.code,
            date_of_birth=one.date_of_birth,
            email=one.email,
            phone=one.phone,
            language=one.language,
            by=by,
            now=now,
        )
        for one in rows
    ]


def _read(pilot: Pilot, raw: bytes, now: datetime) -> list[PersonRow]:
    rows, problems = read_people(
        raw,
        arms=pilot.arms.values_list("code", flat=True),
        languages=dict(settings.PARTICIPANT_LANGUAGES),
        today=timezone.localdate(now),
    )
    codes = [one.code for one in rows if one.code]
    taken = set(pilot.enrolments.filter(code__in=codes).values_list("code", flat=True))
    problems += [
        Problem(one.row, "code", f"{one.code!r} is somebody else's code in this pilot.")
        for one in rows
        if one.code in taken
    ]
    if problems:
        raise FileRefused(sorted(problems, key=lambda p: (p.row, p.column)))
    if not rows:
        raise FileRefused([Problem(0, "", "This file has column names and no people.")])
    return rows


def _enrol_in(
    pilot: Pilot, arm: Arm, participant: Participant, code: str, now: datetime
) -> Enrolment:
    try:
        with transaction.atomic():
            return Enrolment.objects.create(
                pilot=pilot,
                participant=participant,
                arm=arm,
                is_paid=arm.is_paid,
                enrolled_on=timezone.localdate(now),
                state_changed_at=now,
                **({"code": code} if code else {}),
            )
    except IntegrityError as error:
        if "one_enrolment_per_code" not in str(error):
            raise
        raise Invalid("Somebody else in this pilot has this code.", field="code") from None


def _count(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems:,} problems"
