"""A participant's own session: it opens their own schedule, and nothing else."""

from dataclasses import dataclass

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission

from cashpilot.core.refusals import NotFound
from participants.models import Enrolment, Participant
from participants.queries import NO_PERSON, signed_in_participant


@dataclass(frozen=True)
class Visitor:
    """A participant as the one who is asking; a participant is no user of the staff's side."""

    participant: Participant
    is_authenticated: bool = True
    pk: None = None


class ParticipantSession(SessionAuthentication):
    """Authenticates by the session that a sign-in link opened."""

    def authenticate(self, request):
        participant = signed_in_participant(request._request.session)
        if participant is None:
            return None
        self.enforce_csrf(request)
        return Visitor(participant), None

    def authenticate_header(self, request) -> str:
        return "Session"


class ParticipantSessionScheme(OpenApiAuthenticationExtension):
    target_class = "participants.api.authentication.ParticipantSession"
    name = "participantSession"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class IsParticipant(BasePermission):
    """Only participants: staff have pages of their own."""

    def has_permission(self, request, view) -> bool:
        return isinstance(request.user, Visitor)


def own_enrolment(request, public_id: str) -> Enrolment:
    """The enrolment, if it is the visitor's own: anybody else's does not exist."""
    mine = request.user.participant.enrolments.filter(public_id=public_id).first()
    if mine is None:
        raise NotFound(NO_PERSON)
    return mine
