"""HTTP's part for the health of payments, and for stopping all sending."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.core.refusals import NotAllowed
from participants.queries import pilots_where
from payments import queries
from payments.api.asking import who_and_when
from payments.models import Halt
from payments.operations import halts


class SignLine(serializers.Serializer):
    """One sign of the health of payments."""

    about = serializers.CharField()
    label = serializers.CharField()
    verdict = serializers.ChoiceField(["ok", "look", "miss"])
    says = serializers.CharField()


class HaltLine(serializers.Serializer):
    """Why nothing is sent, for any pilot, and what is left to do before two people lift it."""

    public_id = serializers.CharField()
    reason = serializers.ChoiceField(Halt.Reason.choices)
    placed_at = serializers.DateTimeField()
    known_until = serializers.DateTimeField(help_text="up to when our books are sure to be whole")
    agreed_at = serializers.DateTimeField(allow_null=True, help_text="by the first of two people")
    lifted_at = serializers.DateTimeField(allow_null=True)
    left_to_do = serializers.SerializerMethodField()

    def get_left_to_do(self, halt) -> str:
        return queries.what_keeps_a_halt(halt)


class PaymentsHealth(APIView):
    @extend_schema(operation_id="payments_health", responses=SignLine(many=True))
    def get(self, request):
        """What turns, what waits too long, and what does not add up."""
        return Response(SignLine(queries.health_for(request.user, timezone.now()), many=True).data)


class Halts(APIView):
    @extend_schema(operation_id="halts", responses=HaltLine(many=True))
    def get(self, request):
        """Why nothing is sent just now; an empty list where sending is as usual."""
        if not pilots_where(request.user, "see money").exists():
            raise NotAllowed("You are in no pilot whose money you can see.")
        return Response(HaltLine(queries.open_halts(), many=True).data)

    @extend_schema(operation_id="halt_sending", request=None, responses={201: HaltLine})
    def post(self, request):
        """Stop all sending, for every pilot; two people lift it."""
        if not pilots_where(request.user, "match the books").exists():
            raise NotAllowed("Only a pilot manager or a finance approver can stop all sending.")
        made = halts.place_halt(reason=Halt.Reason.BY_A_PERSON, **who_and_when(request))
        return Response(HaltLine(made).data, status=201)


class LiftHalt(APIView):
    @extend_schema(operation_id="lift_halt", request=None, responses=HaltLine)
    def post(self, request, public_id):
        """Agree that sending goes on; with the second person it does."""
        halt = queries.halt_for(request.user, public_id)
        after = halts.lift_halt(halt=halt, person=request.user, **who_and_when(request))
        return Response(HaltLine(after).data)
