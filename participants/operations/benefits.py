"""The better-off conversation and the benefits record: facts, no advice, no payment."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import BenefitNote, BetterOffTalk, Enrolment
from participants.models.benefits import facts_for
from participants.rules import check_choice, check_length

Outcome = BetterOffTalk.Outcome


@transaction.atomic
def record_talk(
    *,
    enrolment: Enrolment,
    held_on: date,
    held_with: str,
    outcome: str,
    facts_told: Iterable[str],
    by: str,
    now: datetime,
) -> BetterOffTalk:
    """Write down that the conversation took place. Nobody goes ahead before every fact was told;
    whatever the outcome, payments change only by an act of their own."""
    check_choice(outcome, Outcome.values, field="outcome")
    facts = [one.key for one in facts_for(enrolment.pilot.nation)]
    told = [key for key in facts if key in set(facts_told)]
    if outcome == Outcome.GOES_AHEAD and told != facts:
        raise Invalid("Tell every fact first, or write that they want time.", field="facts_told")
    talk = BetterOffTalk.objects.create(
        enrolment=enrolment,
        held_on=_past(held_on, "held_on", now),
        held_with=_filled(held_with, "held_with"),
        outcome=outcome,
        facts_told=told,
        recorded_by=by,
        recorded_at=now,
    )
    AuditEvent.record(talk, "better-off talk.recorded", at=now, by=by)
    return talk


@transaction.atomic
def note_benefit(
    *,
    enrolment: Enrolment,
    kind: str,
    programme: str,
    noted_on: date,
    by: str,
    now: datetime,
    note: str = "",
) -> BenefitNote:
    """Add one line to a person's benefits record."""
    check_choice(kind, BenefitNote.Kind.values, field="kind")
    made = BenefitNote.objects.create(
        enrolment=enrolment,
        kind=kind,
        programme=_filled(programme, "programme"),
        noted_on=_past(noted_on, "noted_on", now),
        note=check_length(note, field="note"),
        recorded_by=by,
        recorded_at=now,
    )
    AuditEvent.record(made, "benefit note.recorded", at=now, by=by)
    return made


def _past(day: date, field: str, now: datetime) -> date:
    if day > timezone.localdate(now):
        raise Invalid("This day is still to come.", field=field)
    return day


def _filled(text: str, field: str) -> str:
    text = check_length(text, field=field)
    if not text:
        raise Invalid("This is empty. It is needed.", field=field)
    return text
