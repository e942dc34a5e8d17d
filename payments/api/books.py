"""HTTP's part for the books: balances, statements, differences, payments that need a person."""

from datetime import date, timedelta

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.queries import enrolment_for, people_in_reach, pilot_for
from payments import queries
from payments.api.asking import said, who_and_when
from payments.api.serializers import HeldPayment
from payments.models import Difference, FollowUp, Recipient
from payments.operations import follow_ups, reconciliation
from payments.operations.taking_back import take_back
from payments.providers import get_provider

EARLIEST = date(2000, 1, 1)


class AccountLine(serializers.Serializer):
    account = serializers.CharField()
    words = serializers.CharField()
    net_minor = serializers.IntegerField()


class StatementLines(serializers.Serializer):
    """What reached one person, and what went back; back is negative."""

    on = serializers.DateField()
    kind = serializers.CharField()
    amount_minor = serializers.IntegerField()
    balance_minor = serializers.IntegerField()


class Period(serializers.Serializer):
    since = serializers.DateField(required=False, help_text="a year before `until`, if not given")
    until = serializers.DateField(required=False, help_text="today, if not given")

    def validate_until(self, day: date) -> date:
        if day < EARLIEST:
            raise serializers.ValidationError(f"Give a day from {EARLIEST.year} on.")
        return day


class DifferenceLine(serializers.Serializer):
    """Something that stands in one set of books and not, or not so, in the other."""

    public_id = serializers.CharField()
    kind = serializers.ChoiceField(Difference.Kind.choices)
    reference = serializers.CharField()
    ours_minor = serializers.IntegerField()
    theirs_minor = serializers.IntegerField()
    currency = serializers.CharField()
    state = serializers.ChoiceField(Difference.State.choices)
    outcome = serializers.CharField()


class ClosedDifference(serializers.Serializer):
    outcome = serializers.ChoiceField(Difference.Outcome.choices)
    note = serializers.CharField(max_length=500)


class RecipientLine(serializers.Serializer):
    """Somebody whom the provider cannot pay just now."""

    enrolment = serializers.CharField(source="enrolment.public_id")
    code = serializers.CharField(source="enrolment.code")
    status = serializers.ChoiceField(Recipient.Status.choices)
    details_missing = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    questioned_at = serializers.DateTimeField(allow_null=True)
    observed_at = serializers.DateTimeField(allow_null=True)


class ConcernLine(serializers.Serializer):
    """One payment that needs a person."""

    payment = serializers.CharField(source="disbursement.public_id")
    code = serializers.CharField(source="disbursement.instalment.award.enrolment.code")
    amount_minor = serializers.IntegerField(source="disbursement.amount_minor")
    state = serializers.CharField(source="disbursement.state")
    happened = serializers.CharField(source="said.happened")
    next_step = serializers.CharField(source="said.next_step")
    told = serializers.CharField(source="said.told")
    since = serializers.DateTimeField()
    is_late = serializers.BooleanField()
    is_owed = serializers.BooleanField()


class NewFollowUp(serializers.Serializer):
    kind = serializers.ChoiceField(FollowUp.Kind.choices)
    note = serializers.CharField(max_length=500)


class TrialBalance(APIView):
    @extend_schema(operation_id="trial_balance", responses=AccountLine(many=True))
    def get(self, request, pilot_id):
        """Every account of the pilot's fund; together they are nothing."""
        pilot = pilot_for(request.user, pilot_id, "see money")
        fund = queries.fund_for(pilot, request.query_params.get("fund", ""))
        names = ("account", "words", "net_minor")
        rows = [dict(zip(names, row, strict=True)) for row in queries.trial_balance(fund)]
        return Response(AccountLine(rows, many=True).data)


class Statement(APIView):
    @extend_schema(
        operation_id="statement", parameters=[Period], responses=StatementLines(many=True)
    )
    def get(self, request, public_id):
        """What reached one person in a period, from the ledger."""
        enrolment = enrolment_for(request.user, public_id, "see people")
        asked = Period(data=request.query_params)
        asked.is_valid(raise_exception=True)
        until = asked.validated_data.get("until") or timezone.localdate()
        since = asked.validated_data.get("since") or until - timedelta(days=365)
        lines = queries.statement_of(enrolment, since, until)
        return Response(StatementLines(lines, many=True).data)


class Differences(APIView):
    @extend_schema(operation_id="differences", responses=DifferenceLine(many=True))
    def get(self, request):
        """What differs between the provider's books and ours; open ones first."""
        return Response(DifferenceLine(queries.differences_of(request.user), many=True).data)


class CloseDifference(APIView):
    @extend_schema(
        operation_id="close_difference", request=ClosedDifference, responses=DifferenceLine
    )
    def post(self, request, public_id):
        """Say how a difference came about and what was done."""
        found = queries.difference_for(request.user, public_id)
        asked = said(ClosedDifference, request)
        reconciliation.close_difference(
            difference=found, person=request.user, **asked, **who_and_when(request)
        )
        return Response(DifferenceLine(found).data)


class Concerns(APIView):
    @extend_schema(operation_id="concerns", responses=ConcernLine(many=True))
    def get(self, request, pilot_id):
        """Payments that need a person: why, since when, what to do."""
        pilot = pilot_for(request.user, pilot_id, "see money")
        found = queries.concerns_of(pilot, timezone.localdate())
        return Response(ConcernLine(found, many=True).data)


class RecipientsNotReady(APIView):
    @extend_schema(operation_id="recipients_not_ready", responses=RecipientLine(many=True))
    def get(self, request, pilot_id):
        """People whom the provider cannot pay just now: why, and since when. No bank details."""
        pilot = pilot_for(request.user, pilot_id, "see people")
        people = people_in_reach(request.user, pilot, "see people")
        return Response(RecipientLine(queries.recipients_not_ready(people), many=True).data)


class FollowUps(APIView):
    @extend_schema(operation_id="follow_up", request=NewFollowUp, responses={201: NewFollowUp})
    def post(self, request, public_id):
        """Keep what was told or done about a payment."""
        one = queries.disbursement_for(request.user, public_id, "note what arrived")
        asked = said(NewFollowUp, request)
        made = follow_ups.follow_up(
            disbursement=one, person=request.user, **asked, **who_and_when(request)
        )
        return Response(NewFollowUp(made).data, status=201)


class TakeBackPayment(APIView):
    @extend_schema(operation_id="take_back_payment", request=None, responses=HeldPayment)
    def post(self, request, public_id):
        """Ask for a whole payment back; it takes two people."""
        one = queries.disbursement_for(request.user, public_id, "approve pay runs")
        take_back(
            disbursement=one, provider=get_provider(), person=request.user, **who_and_when(request)
        )
        one.refresh_from_db()
        return Response(HeldPayment(one).data)
