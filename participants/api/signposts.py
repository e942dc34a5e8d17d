"""The list of places that people can turn to, over HTTP."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.core.calendars import NATION_CHOICES
from participants.api.authentication import IsParticipant, ParticipantSession, own_enrolment
from participants.operations.signposts import publish_signposts
from participants.queries import pilot_for
from participants.queries.signposts import places_for, signposts_of
from participants.rules.signposts import LONGEST_PART, MOST_PLACES, Place


class PlaceLine(serializers.Serializer):
    """One place: its name, a phone or web address, and what it helps with."""

    name = serializers.CharField(max_length=LONGEST_PART, help_text="At most 200 characters.")
    reach = serializers.CharField(max_length=LONGEST_PART)
    helps_with = serializers.CharField(max_length=LONGEST_PART, default="", allow_blank=True)


class SignpostsLine(serializers.Serializer):
    """The list for one nation, in one version."""

    nation = serializers.ChoiceField(NATION_CHOICES)
    version = serializers.IntegerField(read_only=True)
    places = PlaceLine(many=True, min_length=1, max_length=MOST_PLACES)


class SignpostsOfPilot(APIView):
    @extend_schema(operation_id="signposts", responses=SignpostsLine(many=True))
    def get(self, request, pilot_id):
        """The list in force for the nation of the pilot, or of `?nation=`; empty if there is
        none."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        in_force = signposts_of(pilot, request.query_params.get("nation", ""))
        return Response(SignpostsLine([in_force] if in_force else [], many=True).data)

    @extend_schema(
        operation_id="publish_signposts", request=SignpostsLine, responses={201: SignpostsLine}
    )
    def post(self, request, pilot_id):
        """Publish the next version of the list; people read it from now on."""
        pilot = pilot_for(request.user, pilot_id, "keep the list of places")
        asked = SignpostsLine(data=request.data)
        asked.is_valid(raise_exception=True)
        places = [Place(**one) for one in asked.validated_data["places"]]
        nation = asked.validated_data["nation"]
        who = {"by": request.user.public_id, "now": timezone.now()}
        made = publish_signposts(pilot=pilot, nation=nation, places=places, **who)
        return Response(SignpostsLine(made).data, status=201)


class MyPlaces(APIView):
    """Places that a person can turn to."""

    authentication_classes = [ParticipantSession]
    permission_classes = [IsParticipant]

    @extend_schema(operation_id="my_places", responses=PlaceLine(many=True))
    def get(self, request, public_id):
        """Places that you can turn to."""
        places = places_for(own_enrolment(request, public_id).pilot)
        return Response(PlaceLine(places, many=True).data)
