"""Bringing in many people at once: as many statements as there are kinds of record, not people."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache

from django.db import transaction
from django.utils import timezone

from cashpilot.core.ids import new_code
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import Arm, Consent, ConsentText, Enrolment, Participant, Pilot, Site
from participants.queries import current_text
from participants.queries.designs import design_in_force
from participants.queries.newcomers import check_takes_people_in
from participants.rules import PersonRow

BATCH = 1_000


def _quietly(done: int) -> None:
    """For a caller who needs no news."""


@transaction.atomic
def enrol_rows(
    *,
    pilot: Pilot,
    rows: Sequence[PersonRow],
    by: str,
    now: datetime,
    site: Site | None = None,
    tell: Callable[[int], None] = _quietly,
) -> list[Enrolment]:
    """Bring in everybody, to be met at this site, each with their consent on paper, or nobody;
    `tell` hears how many are in so far.

    The rows were checked before, under the pilot's lock, which this transaction holds.
    """
    check_takes_people_in(Pilot.objects.select_for_update().get(pk=pilot.pk))
    enrolment_of = _maker(pilot, rows, site, now)
    text_for = _texts(pilot)
    added: list[Enrolment] = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        people = Participant.objects.bulk_create(_participant(one, now) for one in batch)
        pairs = zip(batch, people, strict=True)
        enrolments = Enrolment.objects.bulk_create(enrolment_of(*pair) for pair in pairs)
        consents = Consent.objects.bulk_create(
            _consent(one, enrolment, text_for(one.language), by, now)
            for one, enrolment in zip(batch, enrolments, strict=True)
        )
        AuditEvent.objects.bulk_create(_lines(enrolments, consents, by=by, now=now))
        added += enrolments
        tell(len(added))
    return added


def _participant(row: PersonRow, now: datetime) -> Participant:
    return Participant(
        name=row.name,
        date_of_birth=row.date_of_birth,
        email=row.email,
        phone=row.phone,
        language=row.language,
        created_at=now,
    )


def _maker(pilot: Pilot, rows: Sequence[PersonRow], site: Site | None, now: datetime):
    """How a row becomes an enrolment: with its own code, or with one that nobody has."""
    arms: dict[str, Arm] = {arm.code: arm for arm in pilot.arms.all()}
    taken = set(pilot.enrolments.values_list("code", flat=True)) | {one.code for one in rows}
    today, design = timezone.localdate(now), design_in_force(pilot)

    def fresh() -> str:
        code = next(code for code in iter(new_code, "") if code not in taken)
        taken.add(code)
        return code

    def make(row: PersonRow, participant: Participant) -> Enrolment:
        arm = arms[row.arm]
        return Enrolment(
            pilot=pilot,
            participant=participant,
            arm=arm,
            site=site,
            is_paid=arm.is_paid,
            code=row.code or fresh(),
            enrolled_on=today,
            state_changed_at=now,
            design=design,
        )

    return make


def _texts(pilot: Pilot) -> Callable[[str], ConsentText]:
    @cache
    def text_for(language: str) -> ConsentText:
        purpose = ConsentText.Purpose.TAKE_PART
        text = current_text(pilot, purpose, language)
        if text is None:
            raise Invalid(
                f"No text for “{purpose}” is published yet. Publish one first.", field="purpose"
            )
        return text

    return text_for


def _consent(
    row: PersonRow, enrolment: Enrolment, text: ConsentText, by: str, now: datetime
) -> Consent:
    return Consent(
        enrolment=enrolment,
        text=text,
        decision=Consent.Decision.GIVEN,
        decided_on=row.consent_date,
        how=Consent.How.PAPER,
        recorded_at=now,
        recorded_by=by,
    )


def _lines(
    enrolments: list[Enrolment], consents: list[Consent], *, by: str, now: datetime
) -> Iterator[AuditEvent]:
    """What enrolling them one by one would have written down."""
    for enrolment, consent in zip(enrolments, consents, strict=True):
        said = {
            "purpose": consent.text.purpose,
            "version": consent.text.version,
            "on": consent.decided_on.isoformat(),
        }
        arm = {"arm": enrolment.arm.code}
        yield AuditEvent.about(enrolment, "enrolment.active", at=now, by=by, **arm)
        yield AuditEvent.about(enrolment, "consent.given", at=now, by=by, **said)
