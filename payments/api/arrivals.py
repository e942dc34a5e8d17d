"""HTTP's part for what people say of money that was sent: here, or not yet."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.core.refusals import NotFound
from participants.api.authentication import IsParticipant, ParticipantSession
from participants.queries import NO_PERSON
from payments.api.asking import said, who_and_when
from payments.models import Disbursement
from payments.operations import arrivals
from payments.queries import disbursement_for, disbursement_of


class Arrived(serializers.Serializer):
    is_here = serializers.BooleanField()


class Arrival(serializers.Serializer):
    """What was said of one payment last; both are empty while nobody said anything."""

    public_id = serializers.CharField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    missed_at = serializers.DateTimeField(allow_null=True)


class PaymentArrived(APIView):
    @extend_schema(operation_id="payment_arrived", request=Arrived, responses=Arrival)
    def post(self, request, public_id):
        """Keep what the person told a member of staff: the money is there, or not yet."""
        one = disbursement_for(request.user, public_id, "note what arrived")
        return _keep(one, request, **who_and_when(request))


class MyPaymentArrived(APIView):
    """A participant says whether a payment of theirs is there. It changes no payment."""

    authentication_classes = [ParticipantSession]
    permission_classes = [IsParticipant]

    @extend_schema(operation_id="my_payment_arrived", request=Arrived, responses=Arrival)
    def post(self, request, public_id, payment_id):
        mine = request.user.participant.enrolments.filter(public_id=public_id).first()
        if mine is None:
            raise NotFound(NO_PERSON)
        one = disbursement_of(mine, payment_id)
        return _keep(one, request, by="participant", now=timezone.now())


def _keep(one: Disbursement, request, **who) -> Response:
    is_here = said(Arrived, request)["is_here"]
    say = arrivals.has_arrived if is_here else arrivals.has_not_arrived
    say(disbursement=one, **who)
    one.refresh_from_db()
    return Response(Arrival(one).data)
