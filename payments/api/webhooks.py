"""Keep what the provider says and answer at once; the worker acts on it."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from payments.operations import provider_events
from payments.providers import get_provider


class StripeWebhook(APIView):
    """Believed by its signature alone, which covers the raw body."""

    authentication_classes: list = []
    permission_classes: list = []
    throttle_classes: list[type[BaseThrottle]] = []
    endpoint = "platform"

    @extend_schema(exclude=True)
    def post(self, request):
        signature = request.headers.get("Stripe-Signature", "")
        event = get_provider().read_event(request.body, signature, endpoint=self.endpoint)
        provider_events.keep(event=event, by="provider", now=timezone.now())
        return Response(status=200)
