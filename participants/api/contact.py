"""How a person may safely be reached, over HTTP: by staff, and by the person."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.api.authentication import IsParticipant, ParticipantSession, own_enrolment
from participants.models import Participant, SafeContact
from participants.operations.contact import set_safe_contact
from participants.queries import enrolment_for
from participants.queries.contact import safe_contact_of
from participants.rules.safe_times import EVERY_DAY


class SafeContactLine(serializers.Serializer):
    """By which way, on which days, between which hours, and how discreetly."""

    way = serializers.ChoiceField(SafeContact.Way.choices)
    days = serializers.RegexField(
        "^[1-7]{1,7}$", default=EVERY_DAY, help_text="figures: 1 for Monday to 7 for Sunday"
    )
    from_time = serializers.TimeField(default=None, allow_null=True)
    until_time = serializers.TimeField(default=None, allow_null=True)
    is_discreet = serializers.BooleanField(default=False)


class SafeContacts(APIView):
    @extend_schema(operation_id="safe_contact", responses=SafeContactLine)
    def get(self, request, public_id):
        """How a person may be reached now."""
        enrolment = enrolment_for(request.user, public_id, "say how to reach people")
        return Response(SafeContactLine(safe_contact_of(enrolment.participant)).data)

    @extend_schema(
        operation_id="set_safe_contact",
        request=SafeContactLine,
        responses={201: SafeContactLine},
    )
    def post(self, request, public_id):
        """Say how they may be reached from now on. Messages wait for it; no payment does."""
        enrolment = enrolment_for(request.user, public_id, "say how to reach people")
        return _set(request, enrolment.participant, by=request.user.public_id)


class MySafeContact(APIView):
    """A person's own word on how to reach them."""

    authentication_classes = [ParticipantSession]
    permission_classes = [IsParticipant]

    @extend_schema(operation_id="my_safe_contact", responses=SafeContactLine)
    def get(self, request, public_id):
        """How you may be reached now."""
        return Response(
            SafeContactLine(safe_contact_of(own_enrolment(request, public_id).participant)).data
        )

    @extend_schema(
        operation_id="set_my_safe_contact",
        request=SafeContactLine,
        responses={201: SafeContactLine},
    )
    def post(self, request, public_id):
        """Say how you may be reached from now on."""
        return _set(request, own_enrolment(request, public_id).participant, by="participant")


def _set(request, participant: Participant, *, by: str) -> Response:
    asked = SafeContactLine(data=request.data)
    asked.is_valid(raise_exception=True)
    made = set_safe_contact(
        participant=participant, by=by, now=timezone.now(), **asked.validated_data
    )
    return Response(SafeContactLine(made).data, status=201)
