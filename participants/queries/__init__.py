"""The questions other code may ask of participants. Nothing here writes."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from cashpilot.core import access
from cashpilot.core.models import User
from cashpilot.core.refusals import Invalid, NotFound
from participants.models import (
    NOTICE_WORDS,
    Arm,
    BenefitNote,
    BetterOffTalk,
    Consent,
    ConsentText,
    Enrolment,
    LifeEvent,
    Notice,
    Participant,
    Pilot,
    SignInToken,
)
from participants.queries.reach import (
    NO_PERSON,
    NO_PILOT,
    Asker,
    Program,
    called,
    check_act,
    check_in_reach,
    enrolment_for,
    enrolments_of,
    in_reach,
    matching,
    people_in_reach,
    pilot_for,
    pilots_of,
    pilots_where,
    roles_of,
    site_of,
    whole_person_for,
)
from participants.rules.life_events import USUAL_EFFECTS, effect_of

__all__ = [
    "NO_PERSON",
    "NO_PILOT",
    "Asker",
    "Program",
    "called",
    "check_act",
    "check_in_reach",
    "enrolment_for",
    "enrolments_of",
    "in_reach",
    "matching",
    "people_in_reach",
    "pilot_for",
    "pilots_of",
    "pilots_where",
    "roles_of",
    "site_of",
    "whole_person_for",
]


def names_of_staff(public_ids: Iterable[str]) -> dict[str, str]:
    """What participants may call these members of staff: their names, where they gave any, and
    what they are."""
    found = User.objects.filter(public_id__in=public_ids).prefetch_related("memberships")
    return {one.public_id: _called(one) for one in found}


def _called(user: User) -> str:
    held = {one.role for one in user.memberships.all()}
    roles = ", ".join(str(role.label) for role in access.Role if role in held)
    return " – ".join(filter(None, [user.get_full_name(), roles]))


def enrolments_by_code(pilot: Pilot) -> dict[str, Enrolment]:
    """Enrolments by the code that files and forms know people by."""
    return {one.code: one for one in pilot.enrolments.select_related("participant", "arm")}


def already_here(
    pilot: Pilot, *, name: str, date_of_birth: date | None, email: str, consent_date: date
) -> Enrolment | None:
    """Somebody taking part who seems to be this person: same email, or same name and birth date.

    Without either, the same name agreeing on the same day is taken for the same person.
    """
    here = pilot.enrolments.filter(state=Enrolment.State.ACTIVE).select_related("participant")
    if email and (found := here.filter(participant__email=email).first()):
        return found
    namesakes = here.filter(participant__name=name)
    if date_of_birth is None:
        return namesakes.filter(consents__decided_on=consent_date).first()
    return next((o for o in namesakes if o.participant.date_of_birth == date_of_birth), None)


def arms_of(pilot: Pilot) -> QuerySet[Arm]:
    """The arms of a pilot with the number of people in each, paid arms first."""
    return pilot.arms.annotate(
        enrolled=Count("enrolments", filter=Q(enrolments__state=Enrolment.State.ACTIVE))
    ).order_by("-is_paid", "pk")


def arm_for(pilot: Pilot, code: str) -> Arm:
    """The arm of this pilot with this code."""
    arm = pilot.arms.filter(code=code).first()
    if arm is None:
        raise Invalid("This pilot has no such arm.", field="arm")
    return arm


def current_text(pilot: Pilot, purpose: str, language: str) -> ConsentText | None:
    """The newest text for a purpose, in the language if there is one, else in English."""
    texts = pilot.consent_texts.filter(purpose=purpose).order_by("-version")
    return texts.filter(language=language).first() or texts.filter(language="en").first()


def consents_of(enrolment: Enrolment) -> QuerySet[Consent]:
    """What a person agreed to and when, newest first."""
    return enrolment.consents.select_related("text").order_by("-decided_on", "-pk")


def decisions_now(enrolment: Enrolment) -> dict[str, Consent]:
    """What a person said last about each purpose."""
    rows = enrolment.consents.select_related("text").order_by("decided_on", "pk")
    return {one.text.purpose: one for one in rows}


def wants_no_messages(participant: Participant) -> bool:
    """Whether the last thing they said about being contacted was no."""
    about = Consent.objects.filter(
        enrolment__participant=participant, text__purpose=ConsentText.Purpose.CONTACT
    )
    last = about.order_by("decided_on", "pk").last()
    return last is not None and last.decision == Consent.Decision.WITHDRAWN


def talks_of(enrolment: Enrolment) -> QuerySet[BetterOffTalk]:
    """The better-off conversations with a person, newest first."""
    return enrolment.better_off_talks.order_by("-held_on", "-pk")


def benefit_notes_of(enrolment: Enrolment) -> QuerySet[BenefitNote]:
    """Waivers and letters of a person, newest first."""
    return enrolment.benefit_notes.order_by("-noted_on", "-pk")


def texts_in_force(pilot: Pilot) -> QuerySet[ConsentText]:
    """The newest text of each purpose in each language."""
    newest = ("purpose", "language")
    return pilot.consent_texts.order_by(*newest, "-version").distinct(*newest)


def left_the_cash_on(enrolment: Enrolment) -> date | None:
    """Since when a person wants no payments; None where they never said so, or agreed again."""
    left = enrolment.life_events.filter(kind=LifeEvent.Kind.LEFT_THE_CASH, corrected_by=None).last()
    if left is None:
        return None
    again = enrolment.consents.filter(
        text__purpose=ConsentText.Purpose.CASH,
        decision=Consent.Decision.GIVEN,
        recorded_at__gt=left.recorded_at,
    )
    return None if again.exists() else left.happened_on


def own_enrolment(session, public_id: str) -> Enrolment:
    """The enrolment, if it is the visitor's own: anybody else's does not exist."""
    participant = signed_in_participant(session)
    mine = participant and participant.enrolments.filter(public_id=public_id).first()
    if not mine:
        raise NotFound(NO_PERSON)
    return mine


def signed_in_participant(session) -> Participant | None:
    """The participant whose page this browser shows, if any."""
    public_id = session.get("participant")
    people = Participant.objects.filter(public_id=public_id, contact_stopped_at=None)
    return people.first() if public_id else None


def open_token(secret_hash: str, now: datetime) -> SignInToken | None:
    """The sign-in token that this secret opens now, if it is unused and in time."""
    return (
        SignInToken.objects.filter(
            secret_hash=secret_hash,
            used_at=None,
            revoked_at=None,
            expires_at__gt=now,
            participant__contact_stopped_at=None,
        )
        .select_related("participant")
        .first()
    )


def who_let_in(participant: Participant) -> User | None:
    """The member of staff whose link this person signed in with last, if it was one."""
    used = participant.sign_in_tokens.exclude(used_at=None).order_by("-used_at").first()
    return User.objects.filter(public_id=used.created_by).first() if used else None


def notices_of(participant: Participant) -> list[tuple[date, str]]:
    """What a person was told, newest first, in the words of the language of the moment."""
    rows = participant.notices.exclude(state=Notice.State.CANCELLED).order_by("-pk")[:10]
    return [(one.made_at.date(), str(NOTICE_WORDS[Notice.Kind(one.kind)])) for one in rows]


def life_events_of(enrolment: Enrolment) -> QuerySet[LifeEvent]:
    """What happened in somebody's life, as staff wrote it down, newest first."""
    return enrolment.life_events.select_related("corrected_by").order_by("-pk")


def life_event_for(enrolment: Enrolment, public_id: str) -> LifeEvent:
    found = enrolment.life_events.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(NO_PERSON)
    return found


def policies_of(pilot: Pilot) -> dict[str, str]:
    """What each life event does to payments in this pilot: its own policy, else the usual."""
    own = dict(pilot.life_event_policies.values_list("kind", "effect"))
    return {kind: effect_of(kind, own) for kind in USUAL_EFFECTS}
