"""Who asks of the API besides staff: participants by their own session, programs by a token."""

from dataclasses import dataclass

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated

from cashpilot.core.refusals import Invalid, NotAllowed, NotFound
from participants.models import Enrolment, Participant
from participants.operations.service_tokens import note_use
from participants.operations.sign_in import keyed_hash
from participants.queries import NO_PERSON, Program, signed_in_participant
from participants.queries.team import token_in_force


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


class BearerToken(BaseAuthentication):
    """Authenticates another program by `Authorization: Bearer` and a service token."""

    def authenticate(self, request):
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        now = timezone.now()
        token = token_in_force(keyed_hash(secret.strip()), now)
        if token is None:
            raise AuthenticationFailed("This token is unknown, over or revoked.")
        if "Idempotency-Key" in request.headers:
            raise Invalid(
                "A service token takes no Idempotency-Key: nobody is taken in twice without one.",
                field="Idempotency-Key",
            )
        note_use(token=token, by=token.public_id, now=now)
        return Program(token), None

    def authenticate_header(self, request) -> str:
        return "Bearer"


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = "participants.api.authentication.BearerToken"
    name = "serviceToken"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


class MayAsk(IsAuthenticated):
    """Staff ask anything, each endpoint looks at their role; a program reads, and changes only
    where an endpoint says that it takes programs."""

    def has_permission(self, request, view) -> bool:
        is_program = isinstance(request.user, Program)
        is_change = request.method not in SAFE_METHODS
        if is_program and is_change and not getattr(view, "takes_programs", False):
            raise NotAllowed("A service token cannot do this: it takes the word of a person.")
        return super().has_permission(request, view)
