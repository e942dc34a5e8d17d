"""HTTP's part for lost benefits: parse, one operation or query, answer."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.api.serializers import at_most
from participants.queries import enrolment_for, pilot_for
from participants.rules import LONGEST
from payments.api.asking import said, who_and_when
from payments.models import Claim
from payments.operations.claims import decide_claim, note_claim_paid, propose_claim
from payments.queries import claim_for, claims_of, claims_of_person


class ClaimLine(serializers.ModelSerializer):
    """A lost benefit, in minor units, by the person's code."""

    code = serializers.CharField(source="enrolment.code", read_only=True)
    programme = serializers.CharField(
        max_length=LONGEST["programme"], help_text=at_most("programme")
    )
    reason = serializers.CharField(max_length=LONGEST["reason"], help_text=at_most("reason"))
    amount_minor = serializers.IntegerField(min_value=1, max_value=10**15)

    class Meta:
        model = Claim
        fields = ["public_id", "code", "programme", "amount_minor", "lost_from", "reason", "state"]
        read_only_fields = ["public_id", "state"]


class BankReference(serializers.Serializer):
    reference = serializers.CharField(
        max_length=LONGEST["reference"], help_text=at_most("reference")
    )


class PersonClaims(APIView):
    @extend_schema(operation_id="claims_of_person", responses=ClaimLine(many=True))
    def get(self, request, public_id):
        """The benefits that one person lost because of the cash."""
        enrolment = enrolment_for(request.user, public_id, "enrol people")
        return Response(ClaimLine(claims_of_person(enrolment), many=True).data)

    @extend_schema(operation_id="propose_claim", request=ClaimLine, responses={201: ClaimLine})
    def post(self, request, public_id):
        """Propose to make up for one; it changes no award, and another person decides."""
        enrolment = enrolment_for(request.user, public_id, "enrol people")
        claim = propose_claim(
            enrolment=enrolment,
            **said(ClaimLine, request),
            person=request.user,
            **who_and_when(request),
        )
        return Response(ClaimLine(claim).data, status=201)


class PilotClaims(APIView):
    @extend_schema(operation_id="claims", responses=ClaimLine(many=True))
    def get(self, request, pilot_id):
        """Every claim of a pilot, by code and no name."""
        pilot = pilot_for(request.user, pilot_id, "see money")
        return Response(ClaimLine(claims_of(pilot), many=True).data)


class AgreeToClaim(APIView):
    @extend_schema(operation_id="agree_to_claim", request=None, responses=ClaimLine)
    def post(self, request, public_id):
        """The second pair of eyes agrees; the books wait until it was paid."""
        return _decided(request, public_id, agrees=True)


class DeclineClaim(APIView):
    @extend_schema(operation_id="decline_claim", request=None, responses=ClaimLine)
    def post(self, request, public_id):
        """The second pair of eyes does not agree."""
        return _decided(request, public_id, agrees=False)


class PaidClaim(APIView):
    @extend_schema(operation_id="note_claim_paid", request=BankReference, responses=ClaimLine)
    def post(self, request, public_id):
        """It was paid by hand: the fund's books take it in, once."""
        claim = claim_for(request.user, public_id, "prepare pay runs")
        note_claim_paid(claim=claim, **said(BankReference, request), **who_and_when(request))
        return Response(ClaimLine(claim).data)


def _decided(request, public_id, *, agrees: bool) -> Response:
    claim = claim_for(request.user, public_id, "approve pay runs")
    decide_claim(claim=claim, agrees=agrees, person=request.user, **who_and_when(request))
    return Response(ClaimLine(claim).data)
