"""Restricted notes. Whoever calls has asked for the act "safeguard people" before."""

from django.db.models import QuerySet

from cashpilot.core.refusals import NotFound
from participants.models import Enrolment, RestrictedNote


def restricted_notes_of(enrolment: Enrolment) -> QuerySet[RestrictedNote]:
    """What leads wrote of a person, newest first."""
    return enrolment.restricted_notes.select_related("corrects").order_by("-pk")


def restricted_note_for(enrolment: Enrolment, public_id: str) -> RestrictedNote:
    """One of their notes, for a lead who corrects it."""
    found = enrolment.restricted_notes.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such note about this person.")
    return found
