"""The few acts that span apps. Below the evaluation, so that no journey can ask it anything."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from cashpilot.core.models import User
from cashpilot.core.refusals import Invalid, Refused
from cashpilot.journeys.pilots import (
    CashPromise,
    amend_pilot,
    launch_pilot,
    set_up_whole_pilot,
)
from participants.models import (
    Application,
    Arm,
    Consent,
    ConsentText,
    Draw,
    Enrolment,
    LifeEvent,
    LifeEventPolicy,
    Notice,
    Pilot,
    Site,
)
from participants.operations.applications import mark_enrolled
from participants.operations.consent import record_consent
from participants.operations.draws import hold_draw
from participants.operations.enrolment import (
    end_enrolment,
    enrol,
    enrol_file,
    reopen_enrolment,
)
from participants.operations.life_events import note_correction, note_event
from participants.operations.notices import resume_contact, stop_contact, tell
from participants.queries import current_text, left_the_cash_on
from participants.rules.life_events import effect_of
from payments.models import Amendment, Award, Hold, Recipient
from payments.operations.granting import Choice, grant_award, grant_awards
from payments.operations.recipients import start_new_account
from payments.operations.schedules import hold_award, restore_award, stop_award

__all__ = [
    "CashPromise",
    "amend_pilot",
    "correct_death",
    "enrol_and_award",
    "enrol_application",
    "enrol_file_and_award",
    "launch_pilot",
    "record_decision",
    "record_life_event",
    "set_up_whole_pilot",
]


@transaction.atomic
def enrol_and_award(
    *,
    pilot: Pilot,
    arm: Arm,
    by: str,
    now: datetime,
    how: str = Consent.How.IN_PERSON,
    frequency: str = "",
    payday: int | None = None,
    **person: Any,
) -> Enrolment:
    """Enrol one person and, in a paid arm, promise them their instalments; or do neither.

    `frequency` and `payday` are their own choice, where the arm's terms leave one.
    """
    enrolment = enrol(pilot=pilot, arm=arm, how=how, by=by, now=now, **person)
    if enrolment.is_paid:
        choice = Choice(frequency, payday)
        grant_award(enrolment=enrolment, choice=choice, by=by, now=now)
    return enrolment


@transaction.atomic
def enrol_application(
    *, application: Application, arm: Arm, consent_date: date, by: str, now: datetime, **how: Any
) -> Enrolment:
    """Bring in somebody whose application says that they can join, with the particulars it holds;
    or do nothing."""
    enrolment = enrol_and_award(
        pilot=application.pilot,
        arm=arm,
        site=application.site,
        name=application.name,
        date_of_birth=application.date_of_birth,
        email=application.email,
        phone=application.phone,
        language=application.language,
        consent_date=consent_date,
        by=by,
        now=now,
        **how,
    )
    mark_enrolled(application=application, enrolment=enrolment, by=by, now=now)
    return enrolment


@transaction.atomic
def enrol_file_and_award(
    *, pilot: Pilot, raw: bytes, by: str, now: datetime, site: Site | None = None
) -> list[Enrolment]:
    """Enrol everybody in a file and promise the paid ones their instalments; or do nothing."""
    enrolments = enrol_file(pilot=pilot, raw=raw, site=site, by=by, now=now)
    grant_awards(enrolments=[one for one in enrolments if one.is_paid], by=by, now=now)
    return enrolments


@transaction.atomic
def hold_draw_and_award(*, draw: Draw, by: str, now: datetime) -> list[Enrolment]:
    """Hold the draw, enrol whoever is in an arm, and promise the paid ones their instalments; or
    do nothing, and the seed stays sealed."""
    enrolments = hold_draw(draw=draw, by=by, now=now)
    grant_awards(enrolments=[one for one in enrolments if one.is_paid], by=by, now=now)
    return enrolments


@transaction.atomic
def record_life_event(
    *,
    enrolment: Enrolment,
    kind: str,
    happened_on: date,
    recorder: User | None,
    by: str,
    now: datetime,
    payee_name: str = "",
) -> LifeEvent:
    """Write down what happened, and do to the payments what the pilot's policy says; or nothing.

    1. A death stops everything that is not sent, every message and every sign-in, and ends the
       enrolment, all at once.
    2. An appointee's account takes the place of the person's, and payments wait until it is ready.
    3. Who leaves the cash is told that it was written down, in case it was not them.
    4. Leaving the study is no life event: it lives with the answers, and changes no payment.
    """
    if kind == LifeEvent.Kind.CORRECTION:
        raise Invalid("Correct an event by naming it.", field="kind")
    own = dict(enrolment.pilot.life_event_policies.values_list("kind", "effect"))
    effect = effect_of(kind, own)
    event = note_event(
        enrolment=enrolment, kind=kind, happened_on=happened_on, effect=effect, by=by, now=now
    )
    award = Award.objects.filter(enrolment=enrolment).first()
    if award:
        _apply_effect(award, effect, kind, by=by, now=now)
    if kind == LifeEvent.Kind.APPOINTEE:
        _pay_another(enrolment, payee_name, recorder, by=by, now=now)
    if kind == LifeEvent.Kind.LEFT_THE_CASH:
        tell(participant=enrolment.participant, kind=Notice.Kind.LEFT_CASH, by=by, now=now)
    if kind == LifeEvent.Kind.DEATH:
        stop_contact(participant=enrolment.participant, by=by, now=now)
        end_enrolment(enrolment=enrolment, by=by, now=now)
    return event


@transaction.atomic
def record_decision(
    *, enrolment: Enrolment, purpose: str, decision: str, by: str, now: datetime, **how: Any
) -> Consent | None:
    """Record what a person decided about one purpose; of all these, one reaches their payments.

    Wanting the cash no more is a life event too: it does to payments what the pilot's policy
    says, at once, written down, and told to the person; that needs no text to be published, and
    then no consent is made. Agreeing again starts nothing by itself.
    """
    if purpose == ConsentText.Purpose.CASH and not enrolment.is_paid:
        raise Invalid("This person was not promised any cash.", field="purpose")
    who = {"by": by, "now": now}
    said = {"enrolment": enrolment, "purpose": purpose, "decision": decision, **how}
    if (purpose, decision) != (ConsentText.Purpose.CASH, Consent.Decision.WITHDRAWN):
        return record_consent(**said, **who)
    if left_the_cash_on(enrolment):
        raise Refused("This person has left the cash already.")
    has_text = current_text(enrolment.pilot, purpose, enrolment.participant.language)
    consent = record_consent(**said, **who) if has_text else None
    record_life_event(
        enrolment=enrolment,
        kind=LifeEvent.Kind.LEFT_THE_CASH,
        happened_on=how["decided_on"],
        recorder=None,
        **who,
    )
    return consent


@transaction.atomic
def correct_death(*, event: LifeEvent, by: str, now: datetime) -> None:
    """A death was recorded by mistake: another person says so, and all that was owed is owed."""
    if event.kind != LifeEvent.Kind.DEATH:
        raise Refused("Only a death recorded by mistake is put right here.")
    note_correction(event=event, by=by, now=now)
    enrolment = event.enrolment
    reopen_enrolment(enrolment=enrolment, by=by, now=now)
    resume_contact(participant=enrolment.participant, by=by, now=now)
    stopped = Amendment.objects.filter(
        award__enrolment=enrolment, kind="stopped", made_at=event.recorded_at
    ).first()
    if stopped:
        reason = "A death was recorded by mistake"
        restore_award(award=stopped.award, stopped=stopped, reason=reason, by=by, now=now)


def _apply_effect(award: Award, effect: str, kind: str, *, by: str, now: datetime) -> None:
    Effect = LifeEventPolicy.Effect
    is_held = award.holds.filter(lifted_at=None).exists()
    if effect == Effect.HOLD and not is_held:
        appointee = kind == LifeEvent.Kind.APPOINTEE
        reason = Hold.Reason.PAYEE if appointee else Hold.Reason.LIFE_EVENT
        hold_award(award=award, reason=reason, by=by, now=now)
    elif effect == Effect.STOP:
        stop_award(award=award, reason="A life event", by=by, now=now)


def _pay_another(
    enrolment: Enrolment, payee_name: str, recorder: User | None, *, by: str, now: datetime
) -> None:
    if not payee_name.strip():
        raise Invalid("Say who receives the money for them.", field="payee_name")
    recipient = Recipient.objects.filter(enrolment=enrolment).first()
    if recipient:
        start_new_account(
            recipient=recipient, payee_name=payee_name, editor=recorder, by=by, now=now
        )
