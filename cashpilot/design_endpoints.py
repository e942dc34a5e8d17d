"""HTTP's part for launching a pilot and amending its design, which reach the money as well."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot import journeys
from participants.api.designs import Amendment, DesignLine
from participants.api.serializers import PilotLine
from participants.queries import pilot_for
from participants.queries.designs import designs_of


class Launch(APIView):
    @extend_schema(operation_id="launch_pilot", request=None, responses=PilotLine)
    def post(self, request, pilot_id):
        """Lock the design, open its funds and set its terms; from now on people can come in."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        journeys.launch_pilot(pilot=pilot, by=request.user.public_id, now=timezone.now())
        return Response(PilotLine(pilot).data)


class Designs(APIView):
    @extend_schema(operation_id="designs", responses=DesignLine(many=True))
    def get(self, request, pilot_id):
        """Every version of a pilot's design, newest first."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response(DesignLine(designs_of(pilot), many=True).data)

    @extend_schema(operation_id="amend_pilot", request=Amendment, responses={201: DesignLine})
    def post(self, request, pilot_id):
        """Amend a running pilot for whoever comes from now on; nobody's promise changes."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        asked = Amendment(data=request.data)
        asked.is_valid(raise_exception=True)
        made = journeys.amend_pilot(
            pilot=pilot,
            by=request.user.public_id,
            now=timezone.now(),
            **asked.validated_data,
        )
        return Response(DesignLine(made).data, status=201)
