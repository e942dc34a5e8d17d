"""Timelines over HTTP: of a person for staff, and one's own."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from cashpilot.api import Pages
from cashpilot.pages.timeline import (
    own_timeline,
    shown_to_staff,
    shown_to_the_person,
    timeline_for,
)
from participants.api.authentication import IsParticipant, ParticipantSession, own_enrolment
from participants.queries import enrolment_for

KIND = OpenApiParameter("kind", str, description="only events of this kind")


class EventLine(serializers.Serializer):
    """What happened, when, by whom, and why."""

    kind = serializers.CharField()
    at = serializers.DateTimeField()
    what = serializers.CharField()
    who = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True)


class Timeline(APIView):
    @extend_schema(operation_id="timeline", parameters=[KIND], responses=EventLine(many=True))
    def get(self, request, public_id):
        """What happened to a person, newest first, a page at a time."""
        enrolment = enrolment_for(request.user, public_id, "see people")
        found = timeline_for(request.user, enrolment, request.query_params.get("kind", ""))
        pages = Pages()
        rows = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(EventLine(shown_to_staff(rows), many=True).data)


class MyTimeline(APIView):
    """A person's own timeline."""

    authentication_classes = [ParticipantSession]
    permission_classes = [IsParticipant]

    @extend_schema(operation_id="my_timeline", responses=EventLine(many=True))
    def get(self, request, public_id):
        """What happened so far, in plain words, newest first."""
        pages = Pages()
        found = own_timeline(own_enrolment(request, public_id))
        rows = [shown_to_the_person(one) for one in pages.paginate_queryset(found, request)]
        return pages.get_paginated_response(EventLine(rows, many=True).data)
