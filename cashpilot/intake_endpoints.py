"""Endpoints for files of people on their way in, and for people who may have come in twice."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot import intake_journeys
from cashpilot.api import Pages
from participants.models import Intake, Pair
from participants.operations import intakes
from participants.operations.pairs import say_different
from participants.queries import pilot_for, site_of
from participants.queries.intakes import (
    DIFFERENT,
    LEAVE_OUT,
    intake_for,
    intakes_of,
    rejected_file,
)
from participants.queries.pairs import open_pairs, pair_for
from participants.rules.columns import COLUMNS
from participants.rules.sheets import MOST_BYTES

ACT = "enrol people"


class IntakeFile(serializers.Serializer):
    """A CSV or XLSX file of at most 10 MB and 20,000 people."""

    file = serializers.FileField()

    def validate_file(self, value):
        if value.size > MOST_BYTES:
            raise serializers.ValidationError("This file has more than 10 MB. Split it.")
        return value


class IntakeColumns(serializers.Serializer):
    """Our column for each heading, in the order of the file; empty for what is left out."""

    columns = serializers.ListField(
        child=serializers.ChoiceField(["", *COLUMNS], allow_blank=True), max_length=60
    )


class RowAnswer(serializers.Serializer):
    """Who a row is that may be somebody else."""

    row = serializers.IntegerField(min_value=2)
    answer = serializers.ChoiceField([DIFFERENT, LEAVE_OUT])


class IntakeLine(serializers.ModelSerializer):
    """A file of people: how far it is."""

    state = serializers.CharField()

    class Meta:
        model = Intake
        fields = ["public_id", "state", "rows", "good", "done", "refusal", "made_at"]


class RowProblem(serializers.Serializer):
    """What is wrong in one cell."""

    row = serializers.IntegerField()
    column = serializers.CharField()
    says = serializers.CharField()


class AlikePerson(serializers.Serializer):
    """One side of a pair: somebody who takes part, or another row of the file."""

    enrolment = serializers.CharField(required=False)
    row = serializers.IntegerField(required=False)
    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    date_of_birth = serializers.DateField(allow_null=True)
    email = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)


class AlikeRow(serializers.Serializer):
    """A row that may be somebody else: points of a hundred, and the reasons that gave them."""

    row = serializers.IntegerField()
    score = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    theirs = AlikePerson()


class IntakeWhole(IntakeLine):
    """The same, with its columns, every problem, and every row that may be somebody else."""

    problems = serializers.SerializerMethodField()
    alike = AlikeRow(many=True)
    answers = serializers.DictField(child=serializers.ChoiceField([DIFFERENT, LEAVE_OUT]))

    class Meta:
        model = Intake
        fields = [*IntakeLine.Meta.fields, "headings", "columns", "problems", "alike", "answers"]

    @extend_schema_field(RowProblem(many=True))
    def get_problems(self, intake: Intake) -> list[dict]:
        return [dict(zip(("row", "column", "says"), one, strict=True)) for one in intake.problems]


class PairLine(serializers.ModelSerializer):
    """Two people who may be one; `kept` is the enrolment that stays, once they are."""

    first = serializers.CharField(source="first.public_id")
    second = serializers.CharField(source="second.public_id")
    reasons = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField()

    class Meta:
        model = Pair
        fields = ["public_id", "first", "second", "score", "reasons", "state"]


class PairAnswer(serializers.Serializer):
    """`different`, or `same` with the public id of the enrolment that stays."""

    said = serializers.ChoiceField(["different", "same"])
    kept = serializers.CharField(required=False, max_length=30)


class Intakes(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="intakes", responses=IntakeLine(many=True))
    def get(self, request, pilot_id):
        """The files of people that were sent to a pilot, newest first, a page at a time."""
        pages = Pages()
        found = intakes_of(pilot_for(request.user, pilot_id, ACT), request.user)
        rows = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(IntakeLine(rows, many=True).data)

    @extend_schema(operation_id="send_intake", request=IntakeFile, responses={201: IntakeWhole})
    def post(self, request, pilot_id):
        """Send a file. It is checked, and nobody is added before somebody says so."""
        pilot = pilot_for(request.user, pilot_id, ACT)
        file = _said(IntakeFile, request)["file"]
        who = _who_and_when(request)
        said = {"file_name": file.name, "site": site_of(request.user, pilot, ACT), **who}
        found = intakes.take_in(pilot=pilot, raw=file.read(), **said)
        intake_journeys.work_on_a_short_one(intake=found, **who)
        return _whole(found, status=201)


class OneIntake(APIView):
    @extend_schema(operation_id="intake", responses=IntakeWhole)
    def get(self, request, public_id):
        """One file: how far it is, and what is to be decided."""
        return _whole(intake_for(request.user, public_id, ACT))


class IntakeMatching(APIView):
    @extend_schema(operation_id="match_columns", request=IntakeColumns, responses=IntakeWhole)
    def post(self, request, public_id):
        """Say what the headings mean; it is remembered for the pilot, and the rows are checked."""
        found = intake_for(request.user, public_id, ACT)
        columns = _said(IntakeColumns, request)["columns"]
        who = _who_and_when(request)
        intakes.match_columns(intake=found, columns=columns, **who)
        intake_journeys.work_on_a_short_one(intake=found, **who)
        return _whole(found)


class IntakeAnswers(APIView):
    @extend_schema(operation_id="answer_alike", request=RowAnswer(many=True), responses=IntakeWhole)
    def post(self, request, public_id):
        """Say of rows that may be somebody else: a different person, or left out."""
        found = intake_for(request.user, public_id, ACT)
        asked = RowAnswer(data=request.data, many=True)
        asked.is_valid(raise_exception=True)
        answers = {one["row"]: one["answer"] for one in asked.validated_data}
        intakes.answer_alike(intake=found, answers=answers, **_who_and_when(request))
        return _whole(found)


class IntakeAdding(APIView):
    @extend_schema(operation_id="add_intake", request=None, responses=IntakeWhole)
    def post(self, request, public_id):
        """Add everybody whose row is good; all of them or nobody. A long file takes a while."""
        found = intake_for(request.user, public_id, ACT)
        who = _who_and_when(request)
        intakes.begin_adding(intake=found, **who)
        intake_journeys.work_on_a_short_one(intake=found, **who)
        return _whole(found)


class IntakeUndoing(APIView):
    @extend_schema(operation_id="undo_intake", request=None, responses=IntakeWhole)
    def post(self, request, public_id):
        """Take everybody back, until a pay run with any of them in it has been approved."""
        found = intake_for(request.user, public_id, ACT)
        intake_journeys.take_back_intake(intake=found, **_who_and_when(request))
        return _whole(found)


class IntakeDropping(APIView):
    @extend_schema(operation_id="drop_intake", request=None, responses=IntakeWhole)
    def post(self, request, public_id):
        """Give a file up: nobody is added, and nothing of it is kept."""
        found = intake_for(request.user, public_id, ACT)
        intakes.drop(intake=found, **_who_and_when(request))
        return _whole(found)


class IntakeRejected(APIView):
    @extend_schema(operation_id="rejected_rows", responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request, public_id):
        """The rows that are not added, as a CSV file, each with what is wrong with it."""
        found = intake_for(request.user, public_id, ACT)
        return HttpResponse(rejected_file(found), content_type="text/csv; charset=utf-8")


class Pairs(APIView):
    @extend_schema(operation_id="pairs", responses=PairLine(many=True))
    def get(self, request, pilot_id):
        """The pairs that wait for a person, most alike first, a page at a time."""
        pages = Pages()
        found = open_pairs(pilot_for(request.user, pilot_id, ACT), request.user)
        rows = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(PairLine(rows, many=True).data)


class DecidePair(APIView):
    @extend_schema(operation_id="decide_pair", request=PairAnswer, responses=PairLine)
    def post(self, request, public_id):
        """Say that they are two people, for good; or one, and which enrolment stays."""
        pair = pair_for(request.user, public_id, ACT)
        asked, who = _said(PairAnswer, request), _who_and_when(request)
        if asked["said"] == "different":
            say_different(pair=pair, **who)
        else:
            intake_journeys.link_the_same_person(pair=pair, kept=asked.get("kept", ""), **who)
        return Response(PairLine(pair).data)


def _whole(found: Intake, *, status: int = 200) -> Response:
    found.refresh_from_db()
    return Response(IntakeWhole(found).data, status=status)


def _said(line, request) -> dict:
    asked = line(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
