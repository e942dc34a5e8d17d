"""HTTP's part for what is changed of a schedule, what it was, and what a fund will need."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.queries import enrolment_for, pilot_for
from payments import queries
from payments.api.asking import said, who_and_when
from payments.api.serializers import ScheduleLines
from payments.models import Frequency, Hold, Instalment
from payments.operations import schedules


class NewTopUp(serializers.Serializer):
    amount_minor = serializers.IntegerField()
    due_date = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class ScheduleChange(serializers.Serializer):
    """What is left out stays as it is."""

    amount_minor = serializers.IntegerField(required=False)
    next_date = serializers.DateField(required=False)
    frequency = serializers.ChoiceField(Frequency.choices, required=False)
    payday = serializers.IntegerField(required=False)
    reason = serializers.CharField(max_length=200)


class NewHold(serializers.Serializer):
    reason = serializers.ChoiceField(Hold.Reason.choices)


class StopReason(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class AsOf(serializers.Serializer):
    moment = serializers.DateTimeField(help_text="the schedule as it stood then")


class ThenLine(serializers.Serializer):
    """One instalment as it stood at a moment."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(Instalment.Kind.choices)
    due_date = serializers.DateField()
    amount_minor = serializers.IntegerField()
    has_arrived = serializers.BooleanField()


class NeedLine(serializers.Serializer):
    """What one month takes from a fund."""

    month = serializers.DateField()
    due_minor = serializers.IntegerField()
    held_minor = serializers.IntegerField()
    payments = serializers.IntegerField()


class TopUp(APIView):
    @extend_schema(operation_id="top_up", request=NewTopUp, responses=ScheduleLines)
    def post(self, request, public_id):
        """Promise one more sum on a day, if the fund can keep it."""
        return _done(request, public_id, "change schedules", NewTopUp, schedules.top_up)


class ChangeSchedule(APIView):
    @extend_schema(operation_id="change_schedule", request=ScheduleChange, responses=ScheduleLines)
    def post(self, request, public_id):
        """Give what is still to come another amount or other dates; the number stays."""
        act = schedules.change_schedule
        return _done(request, public_id, "change schedules", ScheduleChange, act)


class HoldPayments(APIView):
    @extend_schema(operation_id="hold_payments", request=NewHold, responses=ScheduleLines)
    def post(self, request, public_id):
        """Send nothing for a while; what falls due meanwhile is still owed."""
        return _done(request, public_id, "hold payments", NewHold, schedules.hold_award)


class ResumePayments(APIView):
    @extend_schema(operation_id="resume_payments", request=None, responses=ScheduleLines)
    def post(self, request, public_id):
        """Let the payments go on."""
        act = schedules.resume_award
        return _done(request, public_id, "hold payments", serializers.Serializer, act)


class StopPayments(APIView):
    @extend_schema(operation_id="stop_payments", request=StopReason, responses=ScheduleLines)
    def post(self, request, public_id):
        """Cancel everything that is not sent."""
        return _done(request, public_id, "change schedules", StopReason, schedules.stop_award)


class BringBackPayments(APIView):
    @extend_schema(operation_id="bring_back_payments", request=StopReason, responses=ScheduleLines)
    def post(self, request, public_id):
        """Promise again what the last stop cancelled."""
        return _done(request, public_id, "change schedules", StopReason, schedules.bring_back)


class ScheduleAsOf(APIView):
    @extend_schema(operation_id="schedule_as_of", parameters=[AsOf], responses=ThenLine(many=True))
    def get(self, request, public_id):
        """One person's schedule as it stood at a moment."""
        asked = AsOf(data=request.query_params)
        asked.is_valid(raise_exception=True)
        award = queries.award_of(enrolment_for(request.user, public_id, "see people"))
        found = queries.schedule_as_of(award, asked.validated_data["moment"])
        return Response(ThenLine(found, many=True).data)


class Forecast(APIView):
    @extend_schema(operation_id="forecast", responses=NeedLine(many=True))
    def get(self, request, pilot_id):
        """What the pilot's fund needs in each of the next six months."""
        pilot = pilot_for(request.user, pilot_id, "see money")
        fund = queries.fund_for(pilot, request.query_params.get("fund", ""))
        return Response(NeedLine(queries.forecast_of(fund, timezone.localdate()), many=True).data)


def _done(request, public_id: str, needed: str, serializer, operation) -> Response:
    """Parse, do one change, and answer with the schedule as it is now."""
    enrolment = enrolment_for(request.user, public_id, needed)
    asked = said(serializer, request)
    operation(award=queries.award_of(enrolment), **asked, **who_and_when(request))
    return Response(ScheduleLines(queries.schedule_of(enrolment)).data)
