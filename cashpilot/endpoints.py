"""Endpoints of the API that span apps: setting up a pilot, and enrolling into it."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot import journeys
from cashpilot.api import Pages
from cashpilot.core.looks import note_looks
from cashpilot.core.models import Look
from cashpilot.core.money import known_currency, positive
from participants.api.draws import DrawLine
from participants.api.serializers import (
    WHAT_HAPPENS,
    ConsentLine,
    EnrolmentLine,
    NewPerson,
    PeopleAsked,
    PilotLine,
)
from participants.models import Consent, LifeEvent
from participants.queries import (
    arm_for,
    consents_of,
    enrolment_for,
    life_event_for,
    life_events_of,
    matching,
    people_in_reach,
    pilot_for,
    pilots_of,
    site_of,
)
from participants.queries.applications import application_for
from participants.queries.draws import the_draw_of
from payments.models import Frequency, WhenClosed

PROMISE = (
    "amount_minor",
    "count",
    "first_date",
    "budget_minor",
    "received_minor",
    "when_closed",
    "frequency",
    "lump_minor",
    "may_choose",
)


class NewPilot(serializers.Serializer):
    """A pilot with two arms, `cash` and `services`; amounts in pence or cents."""

    name = serializers.CharField(max_length=80)
    currency = serializers.CharField(max_length=20)
    nation = serializers.CharField()
    cash_arm = serializers.CharField(max_length=80, default="Cash")
    comparison_arm = serializers.CharField(max_length=80, default="Conventional services")
    amount_minor = serializers.IntegerField()
    count = serializers.IntegerField()
    first_date = serializers.DateField()
    when_closed = serializers.ChoiceField(WhenClosed.choices, default="before")
    frequency = serializers.ChoiceField(Frequency.choices, default="monthly")
    lump_minor = serializers.IntegerField(default=0, min_value=0)
    may_choose = serializers.BooleanField(default=False)
    budget_minor = serializers.IntegerField()
    received_minor = serializers.IntegerField(default=0, min_value=0)
    consent_text = serializers.CharField(max_length=5000)

    def validate_amount_minor(self, value: int) -> int:
        return positive(value, field="amount_minor")

    def validate_budget_minor(self, value: int) -> int:
        return positive(value, field="budget_minor")


class NewParticipant(NewPerson):
    """A person, and in what rhythm they want their payments, where the arm's terms leave it."""

    frequency = serializers.ChoiceField(Frequency.choices, required=False)
    payday = serializers.IntegerField(required=False)


class Joining(serializers.Serializer):
    """Into which arm, when and how they agreed, and in what rhythm they want their payments."""

    arm = serializers.SlugField()
    consent_date = serializers.DateField()
    how = serializers.ChoiceField(Consent.How.choices, default=Consent.How.IN_PERSON)
    frequency = serializers.ChoiceField(Frequency.choices, required=False)
    payday = serializers.IntegerField(required=False)


class NewLifeEvent(serializers.Serializer):
    """What happened; `payee_name` where somebody else receives the money from now on."""

    kind = serializers.ChoiceField(WHAT_HAPPENS)
    happened_on = serializers.DateField()
    payee_name = serializers.CharField(max_length=200, default="", allow_blank=True)


class LifeEventLine(serializers.Serializer):
    """What happened, and what it did to payments."""

    public_id = serializers.CharField()
    kind = serializers.ChoiceField(LifeEvent.Kind.choices)
    happened_on = serializers.DateField()
    effect = serializers.CharField()


class PeopleFile(serializers.Serializer):
    file = serializers.FileField()


class Added(serializers.Serializer):
    added = serializers.IntegerField()


class Pilots(APIView):
    @extend_schema(operation_id="pilots", responses=PilotLine(many=True))
    def get(self, request):
        """The pilots you are a member of."""
        return Response(PilotLine(pilots_of(request.user), many=True).data)

    @extend_schema(operation_id="set_up_pilot", request=NewPilot, responses={201: PilotLine})
    def post(self, request):
        """Set up a pilot, its arms, its award terms, its fund and its consent text; or nothing."""
        asked = NewPilot(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        said["currency"] = known_currency(said["currency"])
        promise = journeys.CashPromise(**{name: said.pop(name) for name in PROMISE})
        pilot = journeys.set_up_whole_pilot(
            promise=promise,
            manager=request.user,
            by=request.user.public_id,
            now=timezone.now(),
            **said,
        )
        return Response(PilotLine(pilot).data, status=201)


class EnrolApplication(APIView):
    @extend_schema(
        operation_id="enrol_application", request=Joining, responses={201: EnrolmentLine}
    )
    def post(self, request, public_id):
        """Enrol somebody whose application says that they can join, with its particulars."""
        application = application_for(request.user, public_id, "enrol people")
        asked = Joining(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        enrolment = journeys.enrol_application(
            application=application,
            arm=arm_for(application.pilot, said.pop("arm")),
            by=request.user.public_id,
            now=timezone.now(),
            **said,
        )
        return Response(EnrolmentLine(enrolment).data, status=201)


class Enrolments(APIView):
    takes_programs = True

    @extend_schema(
        operation_id="enrolments", parameters=[PeopleAsked], responses=EnrolmentLine(many=True)
    )
    def get(self, request, pilot_id):
        """The people of a pilot whom you may see, a page at a time."""
        pilot = pilot_for(request.user, pilot_id, "see people")
        asked = PeopleAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = {name: value for name, value in asked.validated_data.items() if "page" not in name}
        people = matching(people_in_reach(request.user, pilot, "see people"), **said)
        pages = Pages()
        rows = pages.paginate_queryset(people, request, view=self)
        shown = [one.participant.public_id for one in rows or []]
        who = {"by": request.user.public_id, "now": timezone.now()}
        note_looks(people=shown, page=Look.Page.PEOPLE, **who)
        return pages.get_paginated_response(EnrolmentLine(rows, many=True).data)

    @extend_schema(operation_id="enrol", request=NewParticipant, responses={201: EnrolmentLine})
    def post(self, request, pilot_id):
        """Enrol one person and, in a paid arm, promise them their instalments."""
        pilot = pilot_for(request.user, pilot_id, "enrol people")
        asked = NewParticipant(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        arm = arm_for(pilot, said.pop("arm"))
        enrolment = journeys.enrol_and_award(
            pilot=pilot,
            arm=arm,
            site=site_of(request.user, pilot, "enrol people"),
            by=request.user.public_id,
            now=timezone.now(),
            **said,
        )
        return Response(EnrolmentLine(enrolment).data, status=201)


class EnrolmentFile(APIView):
    takes_programs = True
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="enrol_file", request=PeopleFile, responses={201: Added})
    def post(self, request, pilot_id):
        """Enrol everybody in a CSV file, or nobody; problems come by row and column."""
        pilot = pilot_for(request.user, pilot_id, "enrol people")
        asked = PeopleFile(data=request.data)
        asked.is_valid(raise_exception=True)
        added = journeys.enrol_file_and_award(
            pilot=pilot,
            raw=asked.validated_data["file"].read(),
            site=site_of(request.user, pilot, "enrol people"),
            by=request.user.public_id,
            now=timezone.now(),
        )
        return Response({"added": len(added)}, status=201)


class HeldDraw(APIView):
    @extend_schema(operation_id="hold_draw", request=None, responses=DrawLine)
    def post(self, request, pilot_id):
        """Hold the draw, once and for good: everybody's outcome is written down, whoever is in an
        arm is enrolled, and the paid ones are promised their instalments."""
        pilot = pilot_for(request.user, pilot_id, "hold the draw")
        draw = the_draw_of(pilot)
        journeys.hold_draw_and_award(draw=draw, by=request.user.public_id, now=timezone.now())
        return Response(DrawLine(the_draw_of(pilot)).data)


class Consents(APIView):
    @extend_schema(operation_id="consents", responses=ConsentLine(many=True))
    def get(self, request, public_id):
        """What a person agreed to, newest first."""
        enrolment = enrolment_for(request.user, public_id, "see people")
        return Response(ConsentLine(consents_of(enrolment), many=True).data)

    @extend_schema(operation_id="record_consent", request=ConsentLine, responses={201: ConsentLine})
    def post(self, request, public_id):
        """Record a decision about the text now in force. It changes no payment, but one:
        withdrawing `cash` is a life event, and does what the pilot's policy says."""
        enrolment = enrolment_for(request.user, public_id, "enrol people")
        asked = ConsentLine(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        consent = journeys.record_decision(
            enrolment=enrolment,
            **said.pop("text"),
            **said,
            by=request.user.public_id,
            now=timezone.now(),
        )
        return Response(ConsentLine(consent or asked.validated_data).data, status=201)


class LifeEvents(APIView):
    @extend_schema(operation_id="life_events", responses=LifeEventLine(many=True))
    def get(self, request, public_id):
        """What was written down of somebody's life, newest first."""
        enrolment = enrolment_for(request.user, public_id, "hold payments")
        return Response(LifeEventLine(life_events_of(enrolment), many=True).data)

    @extend_schema(
        operation_id="record_life_event", request=NewLifeEvent, responses={201: LifeEventLine}
    )
    def post(self, request, public_id):
        """Write an event down, and do to the payments what the pilot's policy says."""
        enrolment = enrolment_for(request.user, public_id, "hold payments")
        asked = NewLifeEvent(data=request.data)
        asked.is_valid(raise_exception=True)
        event = journeys.record_life_event(
            enrolment=enrolment,
            recorder=request.user,
            by=request.user.public_id,
            now=timezone.now(),
            **asked.validated_data,
        )
        return Response(LifeEventLine(event).data, status=201)


class CorrectLifeEvent(APIView):
    @extend_schema(
        operation_id="correct_life_event", request=None, responses=LifeEventLine(many=True)
    )
    def post(self, request, public_id, event_id):
        """A death was recorded by mistake: another person puts it right."""
        enrolment = enrolment_for(request.user, public_id, "hold payments")
        event = life_event_for(enrolment, event_id)
        journeys.correct_death(event=event, by=request.user.public_id, now=timezone.now())
        return Response(LifeEventLine(life_events_of(enrolment), many=True).data)
