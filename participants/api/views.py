"""HTTP's part: parse, call one operation or query, answer."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.core.looks import note_looks
from cashpilot.core.models import Look
from participants.api.serializers import (
    BenefitNoteLine,
    EnrolmentLine,
    PolicyLine,
    TalkLine,
    TextLine,
)
from participants.models import Pilot
from participants.operations.benefits import note_benefit, record_talk
from participants.operations.consent import publish_text
from participants.operations.life_events import set_policy
from participants.queries import (
    benefit_notes_of,
    enrolment_for,
    pilot_for,
    policies_of,
    talks_of,
    texts_in_force,
)


class OnePerson(APIView):
    @extend_schema(operation_id="enrolment", responses=EnrolmentLine)
    def get(self, request, public_id):
        """One person in a pilot."""
        enrolment = enrolment_for(request.user, public_id, "see people")
        people, who = [enrolment.participant.public_id], request.user.public_id
        note_looks(people=people, page=Look.Page.PERSON, by=who, now=timezone.now())
        return Response(EnrolmentLine(enrolment).data)


class ConsentTexts(APIView):
    @extend_schema(operation_id="consent_texts", responses=TextLine(many=True))
    def get(self, request, pilot_id):
        """The newest text of each purpose in each language."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response(TextLine(texts_in_force(pilot), many=True).data)

    @extend_schema(operation_id="publish_consent_text", request=TextLine, responses={201: TextLine})
    def post(self, request, pilot_id):
        """Publish the next version; whoever agreed to an earlier one stays on that one."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        asked = TextLine(data=request.data)
        asked.is_valid(raise_exception=True)
        who = {"by": request.user.public_id, "now": timezone.now()}
        text = publish_text(pilot=pilot, **asked.validated_data, **who)
        return Response(TextLine(text).data, status=201)


class Talks(APIView):
    @extend_schema(operation_id="better_off_talks", responses=TalkLine(many=True))
    def get(self, request, public_id):
        """The better-off conversations with a person, newest first."""
        enrolment = enrolment_for(request.user, public_id, "enrol people")
        return Response(TalkLine(talks_of(enrolment), many=True).data)

    @extend_schema(
        operation_id="record_better_off_talk", request=TalkLine, responses={201: TalkLine}
    )
    def post(self, request, public_id):
        """Write down that the conversation took place; it changes no payment."""
        return _added(request, public_id, TalkLine, record_talk)


class BenefitNotes(APIView):
    @extend_schema(operation_id="benefit_notes", responses=BenefitNoteLine(many=True))
    def get(self, request, public_id):
        """A person's waivers and letters, newest first."""
        enrolment = enrolment_for(request.user, public_id, "enrol people")
        return Response(BenefitNoteLine(benefit_notes_of(enrolment), many=True).data)

    @extend_schema(
        operation_id="record_benefit_note",
        request=BenefitNoteLine,
        responses={201: BenefitNoteLine},
    )
    def post(self, request, public_id):
        """Add one line to a person's benefits record; it changes no payment."""
        return _added(request, public_id, BenefitNoteLine, note_benefit)


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


def _added(request, public_id, line, operation) -> Response:
    enrolment = enrolment_for(request.user, public_id, "enrol people")
    asked = line(data=request.data)
    asked.is_valid(raise_exception=True)
    who = {"by": request.user.public_id, "now": timezone.now()}
    made = operation(enrolment=enrolment, **asked.validated_data, **who)
    return Response(line(made).data, status=201)


def _policies(pilot: Pilot) -> list[dict]:
    return [{"kind": kind, "effect": effect} for kind, effect in policies_of(pilot).items()]
