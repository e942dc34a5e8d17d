"""Writing down what happened in somebody's life; what it does to payments is a journey."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from participants.models import Enrolment, LifeEvent, LifeEventPolicy, Pilot
from participants.rules.life_events import effect_of

Kind, Effect = LifeEvent.Kind, LifeEventPolicy.Effect


@transaction.atomic
def set_policy(*, pilot: Pilot, kind: str, effect: str, by: str, now: datetime) -> LifeEventPolicy:
    """Say what this pilot does to payments when such a thing happens, from now on."""
    if kind == Kind.DEATH and effect != Effect.STOP:
        raise Invalid("After a death nothing more is sent.", field="effect")
    policy, _ = LifeEventPolicy.objects.update_or_create(
        pilot=pilot, kind=Kind(kind), defaults={"effect": Effect(effect)}
    )
    AuditEvent.record(pilot, "life event policy.set", at=now, by=by, kind=kind, effect=effect)
    return policy


@transaction.atomic
def set_policies(*, pilot: Pilot, effects: dict[str, str], by: str, now: datetime) -> None:
    """The same for several kinds at once; what stays as it is leaves no trace."""
    own = dict(pilot.life_event_policies.values_list("kind", "effect"))
    for kind, effect in effects.items():
        if effect_of(kind, own) != effect:
            set_policy(pilot=pilot, kind=kind, effect=effect, by=by, now=now)


@transaction.atomic
def note_event(
    *, enrolment: Enrolment, kind: str, happened_on: date, effect: str, by: str, now: datetime
) -> LifeEvent:
    """Write an event down, with what it does to payments."""
    if happened_on > timezone.localdate(now):
        raise Invalid("This day is still to come.", field="happened_on")
    event = LifeEvent.objects.create(
        enrolment=enrolment,
        kind=Kind(kind),
        happened_on=happened_on,
        effect=effect,
        recorded_by=by,
        recorded_at=now,
    )
    AuditEvent.record(event, "life event.recorded", at=now, by=by, effect=effect)
    return event


@transaction.atomic
def note_correction(*, event: LifeEvent, by: str, now: datetime) -> LifeEvent:
    """Write down that an event was recorded by mistake; another person has to say so."""
    if event.recorded_by == by:
        raise NotAllowed("You recorded this. Someone else has to correct it.")
    if LifeEvent.objects.filter(corrects=event).exists():
        raise Refused("This has been corrected already.")
    made = LifeEvent.objects.create(
        enrolment=event.enrolment,
        kind=Kind.CORRECTION,
        happened_on=now.date(),
        effect="restore",
        corrects=event,
        recorded_by=by,
        recorded_at=now,
    )
    AuditEvent.record(made, "life event.corrected", at=now, by=by)
    return made
