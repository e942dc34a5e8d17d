"""Problems and complaints over HTTP: for staff, and for the person."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.api import Pages
from cashpilot.core.models import User
from cashpilot.core.refusals import Invalid
from participants.api.authentication import IsParticipant, ParticipantSession, own_enrolment
from participants.api.serializers import at_most
from participants.models import Complaint, ComplaintStep, Pilot
from participants.operations import complaints
from participants.queries import enrolment_for, pilot_for
from participants.queries.complaints import (
    LOOK,
    answer_of,
    complaint_for,
    complaints_of,
    own_complaint,
    own_complaints,
    waiting_complaints,
)
from participants.queries.staff import staff_who_may
from participants.rules import LONGEST
from participants.rules.complaints import FEWEST_DAYS, MOST_DAYS


class NewOwnComplaint(serializers.Serializer):
    """What somebody tells us themselves."""

    kind = serializers.ChoiceField(Complaint.Kind.choices)
    body = serializers.CharField(max_length=LONGEST["body"], help_text=at_most("body"))


class NewComplaint(NewOwnComplaint):
    """What somebody told a member of staff; `about` is the id of the staff it is about, if any."""

    how = serializers.ChoiceField(Complaint.How.choices, default=Complaint.How.PHONE)
    about = serializers.SlugField(required=False)


class StepLine(serializers.ModelSerializer):
    """What was done, by whom, in which words."""

    class Meta:
        model = ComplaintStep
        fields = ["what", "words", "made_by", "made_at"]


class ComplaintLine(serializers.ModelSerializer):
    """A problem or complaint, as staff look into it."""

    enrolment = serializers.CharField(source="enrolment.public_id")
    owner = serializers.CharField(source="owner.public_id", default=None)
    about = serializers.CharField(source="about.public_id", default=None)
    steps = StepLine(many=True)

    class Meta:
        model = Complaint
        fields = [
            "public_id",
            "enrolment",
            "kind",
            "body",
            "how",
            "about",
            "owner",
            "due_on",
            "state",
            "made_by",
            "made_at",
            "steps",
        ]


class OwnComplaintLine(serializers.ModelSerializer):
    """What a person told us, and what we answered."""

    answer = serializers.SerializerMethodField()

    class Meta:
        model = Complaint
        fields = ["public_id", "kind", "body", "state", "due_on", "made_at", "answer"]

    def get_answer(self, one: Complaint) -> str:
        answer = None if one.waits_for_staff else answer_of(one)
        return answer.words if answer else ""


class Words(serializers.Serializer):
    words = serializers.CharField(max_length=LONGEST["words"], help_text=at_most("words"))


class ToWhom(Words):
    """To whom, by id, and why."""

    to = serializers.SlugField()


class AboutWhom(serializers.Serializer):
    """The member of staff it is about, by id."""

    about = serializers.SlugField()


class Settled(serializers.Serializer):
    """Whether the person says that it is settled; if not, in which words."""

    is_settled = serializers.BooleanField()
    words = serializers.CharField(
        max_length=LONGEST["words"], default="It is not settled.", help_text=at_most("words")
    )


class Days(serializers.Serializer):
    """Within how many working days people are answered."""

    days = serializers.IntegerField(min_value=FEWEST_DAYS, max_value=MOST_DAYS)


class Waiting(APIView):
    @extend_schema(operation_id="waiting_complaints", responses=ComplaintLine(many=True))
    def get(self, request):
        """What waits for an answer in your pilots, the most overdue first, a page at a time."""
        pages = Pages()
        found = waiting_complaints(request.user).prefetch_related("steps")
        rows = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(ComplaintLine(rows, many=True).data)


class OneComplaint(APIView):
    @extend_schema(operation_id="complaint", responses=ComplaintLine)
    def get(self, request, public_id):
        """One problem or complaint, with what was done about it."""
        return Response(ComplaintLine(complaint_for(request.user, public_id)).data)


class Complaints(APIView):
    @extend_schema(operation_id="complaints", responses=ComplaintLine(many=True))
    def get(self, request, public_id):
        """What a person told us, as far as you may look into it, newest first."""
        enrolment = enrolment_for(request.user, public_id, LOOK)
        found = complaints_of(request.user, enrolment).prefetch_related("steps")
        return Response(ComplaintLine(found, many=True).data)

    @extend_schema(
        operation_id="make_complaint", request=NewComplaint, responses={201: OwnComplaintLine}
    )
    def post(self, request, public_id):
        """Write down what a person tells you. It changes no payment."""
        enrolment = enrolment_for(request.user, public_id, LOOK)
        said = _asked(NewComplaint, request)
        about = _staff(enrolment.pilot, said.pop("about", ""), field="about")
        who = {"by": request.user.public_id, "now": timezone.now()}
        made = complaints.make_complaint(enrolment=enrolment, about=about, **said, **who)
        return Response(OwnComplaintLine(made).data, status=201)


class TakeUp(APIView):
    @extend_schema(operation_id="take_up_complaint", request=None, responses=OwnComplaintLine)
    def post(self, request, public_id):
        """You look into it from now on."""
        complaint = complaint_for(request.user, public_id)
        return _done(request, complaint, complaints.take_up, person=request.user)


class HandOver(APIView):
    @extend_schema(operation_id="hand_over_complaint", request=ToWhom, responses=OwnComplaintLine)
    def post(self, request, public_id):
        """Hand it to somebody else, whom it is not about."""
        complaint = complaint_for(request.user, public_id)
        said = _asked(ToWhom, request)
        to = _staff(complaint.enrolment.pilot, said["to"], field="to")
        return _done(request, complaint, complaints.hand_over, to=to, words=said["words"])


class About(APIView):
    @extend_schema(
        operation_id="say_whom_complaint_is_about", request=AboutWhom, responses=OwnComplaintLine
    )
    def post(self, request, public_id):
        """Name the member of staff it is about; they do not see it from now on."""
        complaint = complaint_for(request.user, public_id)
        said = _asked(AboutWhom, request)
        about = _staff(complaint.enrolment.pilot, said["about"], field="about")
        return _done(request, complaint, complaints.say_whom_it_is_about, about=about)


class Answer(APIView):
    @extend_schema(operation_id="answer_complaint", request=Words, responses=OwnComplaintLine)
    def post(self, request, public_id):
        """Answer in plain words; the person reads them on their page."""
        complaint = complaint_for(request.user, public_id)
        return _done(request, complaint, complaints.answer, **_asked(Words, request))


class Close(APIView):
    @extend_schema(operation_id="close_complaint", request=None, responses=OwnComplaintLine)
    def post(self, request, public_id):
        """It is settled."""
        return _done(request, complaint_for(request.user, public_id), complaints.close)


class Reopen(APIView):
    @extend_schema(operation_id="reopen_complaint", request=Words, responses=OwnComplaintLine)
    def post(self, request, public_id):
        """It is not settled: it waits for an answer again, by a new day."""
        complaint = complaint_for(request.user, public_id)
        return _done(request, complaint, complaints.reopen, **_asked(Words, request))


class MyComplaints(APIView):
    """A person's own problems and complaints."""

    authentication_classes = [ParticipantSession]
    permission_classes = [IsParticipant]

    @extend_schema(operation_id="my_complaints", responses=OwnComplaintLine(many=True))
    def get(self, request, public_id):
        """What you told us and what we answered, newest first."""
        told = own_complaints(own_enrolment(request, public_id))
        return Response(OwnComplaintLine(told, many=True).data)

    @extend_schema(
        operation_id="make_my_complaint",
        request=NewOwnComplaint,
        responses={201: OwnComplaintLine},
    )
    def post(self, request, public_id):
        """Tell us about a problem. Nothing you get changes."""
        made = complaints.make_complaint(
            enrolment=own_enrolment(request, public_id),
            how=Complaint.How.OWN_PAGE,
            by="participant",
            now=timezone.now(),
            **_asked(NewOwnComplaint, request),
        )
        return Response(OwnComplaintLine(made).data, status=201)


class MyComplaint(APIView):
    authentication_classes = [ParticipantSession]
    permission_classes = [IsParticipant]

    @extend_schema(operation_id="settle_my_complaint", request=Settled, responses=OwnComplaintLine)
    def post(self, request, public_id, complaint_id):
        """Say that it is settled, or that it is not."""
        complaint = own_complaint(own_enrolment(request, public_id), complaint_id)
        said = _asked(Settled, request)
        who = {"by": "participant", "now": timezone.now()}
        if said["is_settled"]:
            complaints.close(complaint=complaint, **who)
        else:
            complaints.reopen(complaint=complaint, words=said["words"], **who)
        return Response(OwnComplaintLine(complaint).data)


class ComplaintDays(APIView):
    @extend_schema(operation_id="complaint_days", responses=Days)
    def get(self, request, pilot_id):
        """Within how many working days a pilot answers."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response({"days": pilot.complaint_days})

    @extend_schema(operation_id="set_complaint_days", request=Days, responses=Days)
    def post(self, request, pilot_id):
        """Change it, for what people tell you from now on."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        said = _asked(Days, request)
        who = {"by": request.user.public_id, "now": timezone.now()}
        complaints.set_complaint_days(pilot=pilot, **said, **who)
        return Response(said)


def _asked(line, request) -> dict:
    asked = line(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _staff(pilot: Pilot, public_id: str, *, field: str) -> User | None:
    if not public_id:
        return None
    found = staff_who_may(pilot, LOOK).filter(public_id=public_id).first()
    if found is None:
        raise Invalid("Nobody with this id works with people in this pilot.", field=field)
    return found


def _done(request, complaint: Complaint, operation, **said) -> Response:
    operation(complaint=complaint, by=request.user.public_id, now=timezone.now(), **said)
    return Response(OwnComplaintLine(complaint).data)
