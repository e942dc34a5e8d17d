"""HTTP's part for the health of payments."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from payments import queries


class SignLine(serializers.Serializer):
    """One sign of the health of payments."""

    about = serializers.CharField()
    label = serializers.CharField()
    verdict = serializers.ChoiceField(["ok", "look", "miss"])
    says = serializers.CharField()


class PaymentsHealth(APIView):
    @extend_schema(operation_id="payments_health", responses=SignLine(many=True))
    def get(self, request):
        """What turns, what waits too long, and what does not add up."""
        return Response(SignLine(queries.health_for(request.user, timezone.now()), many=True).data)
