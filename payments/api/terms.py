"""HTTP's part for what an arm is promised."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.queries import pilot_for
from payments.api.asking import said, who_and_when
from payments.models import Frequency, WhenClosed
from payments.operations.awards import set_terms
from payments.queries import arm_with_terms


class NewTerms(serializers.Serializer):
    """The whole of the next version, in pence or cents; awards made so far keep theirs."""

    amount_minor = serializers.IntegerField()
    count = serializers.IntegerField()
    frequency = serializers.ChoiceField(Frequency.choices, default="monthly")
    lump_minor = serializers.IntegerField(default=0, min_value=0)
    may_choose = serializers.BooleanField(default=False)
    first_date = serializers.DateField()
    when_closed = serializers.ChoiceField(WhenClosed.choices, default="before")
    reason = serializers.CharField(max_length=200)


class TermsLine(NewTerms):
    """One version of an arm's terms."""

    version = serializers.IntegerField()


class Terms(APIView):
    @extend_schema(operation_id="terms", responses=TermsLine(many=True))
    def get(self, request, pilot_id, arm_code):
        """Every version of what an arm was promised, newest first."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response(TermsLine(arm_with_terms(pilot, arm_code)[1], many=True).data)

    @extend_schema(operation_id="change_terms", request=NewTerms, responses={201: TermsLine})
    def post(self, request, pilot_id, arm_code):
        """Give an arm the next version of its terms."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        arm, versions = arm_with_terms(pilot, arm_code)
        asked = said(NewTerms, request)
        made = set_terms(arm=arm, fund=versions[0].fund, **asked, **who_and_when(request))
        return Response(TermsLine(made).data, status=201)
