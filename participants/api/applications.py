"""HTTP's part for eligibility: the questions, trying them out, and who asks to join."""

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.api import Pages
from participants.api.serializers import at_most
from participants.models import Application, ApplicationDecision, Pilot
from participants.operations.applications import decide_again, record_application
from participants.operations.designs import LONGEST_REASON, ask_from_now_on
from participants.queries import pilot_for, site_of
from participants.queries.applications import application_for, applications_of, decisions_of
from participants.queries.designs import eligibility_of, questions_in_force
from participants.rules import LONGEST, check_choice
from participants.rules.eligibility import decide, read_answers
from participants.rules.shapes import Faulty

RESULTS = ApplicationDecision.Result.choices


class QuestionsLine(serializers.Serializer):
    """Questions and rule of one version."""

    version = serializers.IntegerField(help_text="0 before the launch")
    eligibility = serializers.JSONField()
    reason = serializers.CharField(allow_blank=True)


class NewQuestions(serializers.Serializer):
    """The questions and the rule as they are to be, and why."""

    eligibility = serializers.JSONField(help_text="what is wrong in it comes by its path")
    reason = serializers.CharField(
        max_length=LONGEST_REASON, help_text=f"At most {LONGEST_REASON} characters."
    )


class AnswersGiven(serializers.Serializer):
    """Answers by the codes of their questions; what is left out is not answered."""

    answers = serializers.DictField(child=serializers.JSONField(allow_null=True))


class ResultLine(serializers.Serializer):
    """What answers come to."""

    result = serializers.ChoiceField(RESULTS)
    reasons = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField())


class DecisionLine(serializers.ModelSerializer):
    """One decision under one version of the questions."""

    questions = serializers.IntegerField(source="questions.version")

    class Meta:
        model = ApplicationDecision
        fields = [
            *("number", "questions", "answers", "result", "reasons", "missing", "why_again"),
            *("recorded_by", "recorded_at"),
        ]


class NewDecision(AnswersGiven):
    """Answers, and why it is decided again where it was decided before."""

    why_again = serializers.CharField(
        max_length=LONGEST["why_again"],
        required=False,
        allow_blank=True,
        help_text=at_most("why_again"),
    )


class NewApplication(AnswersGiven):
    """Who asks to join, and what they answered."""

    name = serializers.CharField(max_length=LONGEST["name"], help_text=at_most("name"))
    date_of_birth = serializers.DateField(required=False, allow_null=True)
    email = serializers.EmailField(
        max_length=LONGEST["email"], required=False, allow_blank=True, help_text=at_most("email")
    )
    phone = serializers.CharField(
        max_length=LONGEST["phone"], required=False, allow_blank=True, help_text=at_most("phone")
    )
    language = serializers.ChoiceField(settings.PARTICIPANT_LANGUAGES, default="en")
    is_another = serializers.BooleanField(
        default=False, help_text="another person with the same particulars as somebody here"
    )


class ApplicationLine(serializers.ModelSerializer):
    """Somebody who asked to join, and what came of it."""

    result = serializers.CharField()
    version = serializers.IntegerField()
    enrolment = serializers.CharField(source="enrolment.public_id", default=None, allow_null=True)

    class Meta:
        model = Application
        fields = ["public_id", "name", "made_at", "result", "version", "enrolment"]


class Questions(APIView):
    @extend_schema(operation_id="questions", responses=QuestionsLine)
    def get(self, request, pilot_id):
        """The questions in force."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response(_line_of(pilot))

    @extend_schema(
        operation_id="change_questions", request=NewQuestions, responses={201: QuestionsLine}
    )
    def post(self, request, pilot_id):
        """Ask otherwise from now on: a new version, with its reason; nobody's decision changes."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        said = _said(NewQuestions, request)
        ask_from_now_on(pilot=pilot, **said, **_who(request))
        return Response(_line_of(pilot), status=201)


class TryQuestions(APIView):
    @extend_schema(operation_id="try_questions", request=AnswersGiven, responses=ResultLine)
    def post(self, request, pilot_id):
        """What answers would come to under the questions in force; nothing is kept."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        eligibility = eligibility_of(pilot)
        answers, faults = read_answers(eligibility, _said(AnswersGiven, request)["answers"])
        if faults:
            raise Faulty(faults, field="answers")
        return Response(ResultLine(decide(eligibility, answers)).data)


class Applications(APIView):
    @extend_schema(
        operation_id="applications",
        parameters=[
            OpenApiParameter("result", str, enum=[one[0] for one in RESULTS]),
            OpenApiParameter("is_enrolled", bool),
        ],
        responses=ApplicationLine(many=True),
    )
    def get(self, request, pilot_id):
        """Everybody who asked to join, longest ago first, a page at a time."""
        pilot = pilot_for(request.user, pilot_id, "see people")
        rows = applications_of(pilot, request.user, **_filters(request))
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(ApplicationLine(page, many=True).data)

    @extend_schema(
        operation_id="record_application", request=NewApplication, responses={201: ApplicationLine}
    )
    def post(self, request, pilot_id):
        """Write down who asks to join; the answer comes with its reasons from its decisions."""
        pilot = pilot_for(request.user, pilot_id, "enrol people")
        site = site_of(request.user, pilot, "enrol people")
        said = _said(NewApplication, request)
        made = record_application(pilot=pilot, site=site, **said, **_who(request))
        line = applications_of(pilot, request.user).get(pk=made.pk)
        return Response(ApplicationLine(line).data, status=201)


class Decisions(APIView):
    @extend_schema(operation_id="decisions", responses=DecisionLine(many=True))
    def get(self, request, public_id):
        """Every decision about an application, newest first."""
        application = application_for(request.user, public_id, "see people")
        return Response(DecisionLine(decisions_of(application), many=True).data)

    @extend_schema(operation_id="decide_again", request=NewDecision, responses={201: DecisionLine})
    def post(self, request, public_id):
        """Decide under the questions in force; the earlier decision stays beside it."""
        application = application_for(request.user, public_id, "enrol people")
        said = _said(NewDecision, request)
        made = decide_again(application=application, **said, **_who(request))
        return Response(DecisionLine(made).data, status=201)


def _filters(request) -> dict:
    asked = request.query_params
    filters: dict = {}
    if result := asked.get("result", ""):
        filters["result"] = check_choice(result, dict(RESULTS), field="result")
    if is_enrolled := asked.get("is_enrolled", ""):
        known = check_choice(is_enrolled, ("true", "false"), field="is_enrolled")
        filters["is_enrolled"] = known == "true"
    return filters


def _line_of(pilot: Pilot) -> dict:
    version = questions_in_force(pilot)
    known = {"version": version.version, "reason": version.reason} if version else {}
    return {"version": 0, "reason": "", **known, "eligibility": eligibility_of(pilot)}


def _said(serializer, request) -> dict:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
