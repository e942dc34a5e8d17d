"""HTTP's part for single payments that wait for a person."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from payments.api.asking import who_and_when
from payments.api.serializers import HeldPayment
from payments.operations import waiting
from payments.providers import get_provider
from payments.queries import disbursement_for


class ReleasePayment(APIView):
    @extend_schema(operation_id="release_payment", request=None, responses=HeldPayment)
    def post(self, request, public_id):
        """Let a held payment go on; after a server error it takes two people."""
        one = disbursement_for(request.user, public_id, "approve pay runs")
        waiting.release(disbursement=one, person=request.user, **who_and_when(request))
        return _answer(one)


class WithdrawPayment(APIView):
    @extend_schema(operation_id="withdraw_payment", request=None, responses=HeldPayment)
    def post(self, request, public_id):
        """Give up one that was certainly not sent."""
        one = disbursement_for(request.user, public_id, "prepare pay runs")
        waiting.withdraw(disbursement=one, **who_and_when(request))
        return _answer(one)


class GiveUpPayment(APIView):
    @extend_schema(operation_id="give_up_payment", request=None, responses=HeldPayment)
    def post(self, request, public_id):
        """Give up one that is proved absent at the provider; it takes two people."""
        one = disbursement_for(request.user, public_id, "approve pay runs")
        waiting.give_up(
            disbursement=one, person=request.user, provider=get_provider(), **who_and_when(request)
        )
        return _answer(one)


def _answer(one) -> Response:
    one.refresh_from_db()
    return Response(HeldPayment(one).data)
