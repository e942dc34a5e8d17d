"""HTTP's part: parse, call one operation or query, answer."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.api.serializers import ConsentLine, EnrolmentLine, PolicyLine
from participants.models import Pilot
from participants.operations.consent import record_consent
from participants.operations.life_events import set_policy
from participants.queries import consents_of, enrolment_for, pilot_for, policies_of


class OnePerson(APIView):
    @extend_schema(operation_id="enrolment", responses=EnrolmentLine)
    def get(self, request, public_id):
        """One person in a pilot."""
        return Response(EnrolmentLine(enrolment_for(request.user, public_id, "see people")).data)


class Consents(APIView):
    @extend_schema(operation_id="consents", responses=ConsentLine(many=True))
    def get(self, request, public_id):
        """What a person agreed to, newest first."""
        enrolment = enrolment_for(request.user, public_id, "see people")
        return Response(ConsentLine(consents_of(enrolment), many=True).data)

    @extend_schema(operation_id="record_consent", request=ConsentLine, responses={201: ConsentLine})
    def post(self, request, public_id):
        """Record a decision about the text now in force; it changes no payment."""
        enrolment = enrolment_for(request.user, public_id, "enrol people")
        asked = ConsentLine(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        consent = record_consent(
            enrolment=enrolment,
            purpose=said.pop("text")["purpose"],
            by=request.user.public_id,
            now=timezone.now(),
            **said,
        )
        return Response(ConsentLine(consent).data, status=201)


class LifeEventPolicies(APIView):
    @extend_schema(operation_id="life_event_policies", responses=PolicyLine(many=True))
    def get(self, request, pilot_id):
        """What each kind of life event does to payments in a pilot."""
        return Response(_policies(pilot_for(request.user, pilot_id, "see the pilot")))

    @extend_schema(
        operation_id="set_life_event_policy",
        request=PolicyLine,
        responses=PolicyLine(many=True),
    )
    def post(self, request, pilot_id):
        """Change what one kind does, for what is written down from now on."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        asked = PolicyLine(data=request.data)
        asked.is_valid(raise_exception=True)
        who = {"by": request.user.public_id, "now": timezone.now()}
        set_policy(pilot=pilot, **asked.validated_data, **who)
        return Response(_policies(pilot))


def _policies(pilot: Pilot) -> list[dict]:
    return [{"kind": kind, "effect": effect} for kind, effect in policies_of(pilot).items()]
