"""The questions other code may ask of participants. Nothing here writes."""

from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from cashpilot.core import access
from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from participants.models import (
    Arm,
    Consent,
    ConsentText,
    Enrolment,
    Membership,
    Participant,
    Pilot,
    SignInToken,
)

NO_PILOT = "There is no such pilot, or you are not a member of it."
NO_PERSON = "There is no such participant in your pilots."


def pilots_of(user: User | AnonymousUser) -> QuerySet[Pilot]:
    """The pilots a user is a member of, by name."""
    return Pilot.objects.filter(memberships__user_id=user.pk).distinct().order_by("name")


def roles_of(user: User | AnonymousUser, pilot: Pilot) -> set[str]:
    """The roles a user holds in one pilot."""
    held = Membership.objects.filter(user_id=user.pk, pilot=pilot)
    return set(held.values_list("role", flat=True))


def pilot_for(user: User | AnonymousUser, public_id: str, act: str) -> Pilot:
    """The pilot, if the user is a member of it and may do this there.

    To a stranger every pilot is as absent as one that never was; a member whose role is too
    small is told so.
    """
    pilot = pilots_of(user).filter(public_id=public_id).first()
    if pilot is None:
        raise NotFound(NO_PILOT)
    access.check(roles_of(user, pilot), act)
    return pilot


def enrolment_for(user: User | AnonymousUser, public_id: str, act: str) -> Enrolment:
    """One enrolment, in one of the user's pilots, if they may do this there."""
    found = (
        Enrolment.objects.filter(public_id=public_id, pilot__memberships__user_id=user.pk)
        .select_related("participant", "pilot", "arm")
        .first()
    )
    if found is None:
        raise NotFound(NO_PERSON)
    access.check(roles_of(user, found.pilot), act)
    return found


def enrolments_of(pilot: Pilot) -> QuerySet[Enrolment]:
    """Everybody enrolled in a pilot, by name."""
    return pilot.enrolments.select_related("participant", "arm", "pilot").order_by(
        "participant__name", "pk"
    )


def enrolments_by_code(pilot: Pilot) -> dict[str, Enrolment]:
    """Enrolments by the code that files and forms know people by."""
    return {one.code: one for one in pilot.enrolments.select_related("participant", "arm")}


def already_here(
    pilot: Pilot, *, name: str, date_of_birth: date | None, email: str, consent_date: date
) -> Enrolment | None:
    """Somebody taking part who seems to be this person: same email, or same name and birth date.

    Without either, the same name agreeing on the same day is taken for the same person.
    """
    same = Q(participant__name__iexact=name)
    if date_of_birth:
        same &= Q(participant__date_of_birth=date_of_birth)
    else:
        same &= Q(consents__decided_on=consent_date)
    if email:
        same |= Q(participant__email__iexact=email)
    return pilot.enrolments.filter(same, state=Enrolment.State.ACTIVE).first()


def arms_of(pilot: Pilot) -> QuerySet[Arm]:
    """The arms of a pilot with the number of people in each, paid arms first."""
    return pilot.arms.annotate(
        enrolled=Count("enrolments", filter=Q(enrolments__state=Enrolment.State.ACTIVE))
    ).order_by("-is_paid", "pk")


def current_text(pilot: Pilot, purpose: str, language: str) -> ConsentText | None:
    """The newest text for a purpose, in the language if there is one, else in English."""
    texts = pilot.consent_texts.filter(purpose=purpose).order_by("-version")
    return texts.filter(language=language).first() or texts.filter(language="en").first()


def consents_of(enrolment: Enrolment) -> QuerySet[Consent]:
    """What a person agreed to and when, newest first."""
    return enrolment.consents.select_related("text").order_by("-decided_on", "-pk")


def signed_in_participant(session) -> Participant | None:
    """The participant whose page this browser shows, if any."""
    public_id = session.get("participant")
    return Participant.objects.filter(public_id=public_id).first() if public_id else None


def open_token(secret_hash: str, now: datetime) -> SignInToken | None:
    """The sign-in token that this secret opens now, if it is unused and in time."""
    return (
        SignInToken.objects.filter(
            secret_hash=secret_hash, used_at=None, revoked_at=None, expires_at__gt=now
        )
        .select_related("participant")
        .first()
    )
