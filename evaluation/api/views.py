"""HTTP's part for waves, consent, answers and results: parse, one operation or query, answer."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from cashpilot.api import sayable
from cashpilot.core.refusals import Invalid
from evaluation import queries
from evaluation.api import serializers as shapes
from evaluation.models import ResearchConsent
from evaluation.operations import responses
from evaluation.operations.consent import publish_research_text, record_research_consent
from evaluation.operations.waves import open_wave
from participants.queries import people_in_reach, pilot_for
from participants.rules import Problem

WHO_RECORDS = {
    ResearchConsent.Decision.GIVEN: "enrol people",
    ResearchConsent.Decision.WITHDRAWN: "record answers",
}


class Instruments(APIView):
    @extend_schema(operation_id="instruments", responses=shapes.InstrumentLine(many=True))
    def get(self, request):
        """The instruments that answers can be recorded for."""
        return Response(shapes.InstrumentLine(queries.instruments().values(), many=True).data)


class Waves(APIView):
    @extend_schema(operation_id="waves", responses=shapes.WaveLine(many=True))
    def get(self, request, pilot_id):
        """The rounds of questions of a pilot, in order."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response(shapes.WaveLine(queries.waves_of(pilot), many=True).data)

    @extend_schema(
        operation_id="open_wave", request=shapes.WaveLine, responses={201: shapes.WaveLine}
    )
    def post(self, request, pilot_id):
        """Open one more round of questions."""
        pilot = pilot_for(request.user, pilot_id, "record answers")
        wave = open_wave(
            pilot=pilot, **_asked(shapes.WaveLine, request.data), **_who_and_when(request)
        )
        return Response(shapes.WaveLine(wave).data, status=201)


class ResearchConsents(APIView):
    @extend_schema(
        operation_id="record_research_consent",
        request=shapes.ResearchDecision,
        responses={201: shapes.ResearchDecision},
    )
    def post(self, request, pilot_id):
        """Record what a person decided about a use of their answers; it changes no payment.

        Whoever enrols people records an agreement; whoever records answers can note a withdrawal.
        """
        said = _asked(shapes.ResearchDecision, request.data)
        act = WHO_RECORDS[said["decision"]]
        pilot = pilot_for(request.user, pilot_id, act)
        people = people_in_reach(request.user, pilot, act)
        enrolment = people.filter(code=said["code"]).first()
        if enrolment is None:
            raise Invalid(f"{said['code']!r} is nobody's code in this pilot.", field="code")
        decided = {name: said[name] for name in said if name != "code"}
        record_research_consent(enrolment=enrolment, **decided, **_who_and_when(request))
        return Response(shapes.ResearchDecision(said).data, status=201)


class ResearchTexts(APIView):
    @extend_schema(operation_id="research_texts", responses=shapes.ResearchTextLine(many=True))
    def get(self, request, pilot_id):
        """The newest words about each use of answers, in each language."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        texts = queries.research_texts_in_force(pilot)
        return Response(shapes.ResearchTextLine(texts, many=True).data)

    @extend_schema(
        operation_id="publish_research_text",
        request=shapes.ResearchTextLine,
        responses={201: shapes.ResearchTextLine},
    )
    def post(self, request, pilot_id):
        """Publish the next version; whoever agreed to an earlier one stays on that one."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        said = _asked(shapes.ResearchTextLine, request.data)
        text = publish_research_text(pilot=pilot, **said, **_who_and_when(request))
        return Response(shapes.ResearchTextLine(text).data, status=201)


class Responses(APIView):
    @extend_schema(
        operation_id="record_responses",
        request=shapes.Answers,
        responses={201: shapes.RecordedAnswers},
    )
    def post(self, request, pilot_id):
        """Record answers, all or none; the same ones again are recorded once."""
        pilot = pilot_for(request.user, pilot_id, "record answers")
        asked = shapes.Answers(data=request.data)
        if not asked.is_valid() and (problems := list(_problems(asked.errors.get("answers")))):
            raise responses.AnswersRefused(problems)
        asked.is_valid(raise_exception=True)
        recorded = responses.record_responses(
            pilot=pilot, answers=asked.as_answers(), **_who_and_when(request)
        )
        return Response(shapes.RecordedAnswers(recorded).data, status=201)


class ResponseFile(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="record_response_file",
        request=shapes.AnswersFile,
        responses={201: shapes.RecordedAnswers},
    )
    def post(self, request, pilot_id):
        """Record every answer in a CSV file, or none; problems come by row and column."""
        pilot = pilot_for(request.user, pilot_id, "record answers")
        raw = _asked(shapes.AnswersFile, request.data)["file"].read()
        recorded = responses.record_response_file(pilot=pilot, raw=raw, **_who_and_when(request))
        return Response(shapes.RecordedAnswers(recorded).data, status=201)


class PilotResults(APIView):
    @extend_schema(
        operation_id="results",
        parameters=[shapes.ResultsAsked],
        responses=shapes.ResultFigures,
    )
    def get(self, request, pilot_id):
        """Each paid arm beside each other arm: the difference, its interval, who answered."""
        pilot = pilot_for(request.user, pilot_id, "see results")
        asked = _asked(shapes.ResultsAsked, request.query_params)
        found = queries.results_of(
            pilot, asked["instrument"], wave=asked["wave"], baseline_wave=asked.get("baseline")
        )
        return Response(shapes.ResultFigures(found).data)


def _asked(kind, data) -> dict:
    asked = kind(data=data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _problems(errors):
    """The serializer's complaints about each answer, by row and column."""
    if not isinstance(errors, dict):
        return
    for place, faults in errors.items():
        if isinstance(place, int) and isinstance(faults, dict):
            for column, says in faults.items():
                where = "(all)" if column == api_settings.NON_FIELD_ERRORS_KEY else column
                yield Problem(place + 1, where, " ".join(map(sayable, says)))


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
