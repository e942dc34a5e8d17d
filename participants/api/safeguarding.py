"""Restricted notes over HTTP, for safeguarding leads alone."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.api.serializers import at_most
from participants.operations.safeguarding import write_restricted_note
from participants.queries import enrolment_for
from participants.queries.safeguarding import restricted_note_for, restricted_notes_of
from participants.rules import LONGEST


class NewRestrictedNote(serializers.Serializer):
    """A note; `corrects` is the id of an earlier one of the same person."""

    body = serializers.CharField(max_length=LONGEST["body"], help_text=at_most("body"))
    corrects = serializers.SlugField(required=False)


class WrittenNote(serializers.Serializer):
    """That a note was written. Its words are not repeated, so that no kept answer holds them."""

    public_id = serializers.CharField()
    written_at = serializers.DateTimeField()


class RestrictedNoteLine(WrittenNote):
    """A note as leads read it."""

    body = serializers.CharField()
    corrects = serializers.CharField(source="corrects.public_id", default=None)
    written_by = serializers.CharField()


class RestrictedNotes(APIView):
    @extend_schema(operation_id="restricted_notes", responses=RestrictedNoteLine(many=True))
    def get(self, request, public_id):
        """What safeguarding leads wrote of a person, newest first."""
        enrolment = enrolment_for(request.user, public_id, "safeguard people")
        return Response(RestrictedNoteLine(restricted_notes_of(enrolment), many=True).data)

    @extend_schema(
        operation_id="write_restricted_note",
        request=NewRestrictedNote,
        responses={201: WrittenNote},
    )
    def post(self, request, public_id):
        """Write a note that only leads can read; it is never changed, only corrected by another."""
        enrolment = enrolment_for(request.user, public_id, "safeguard people")
        asked = NewRestrictedNote(data=request.data)
        asked.is_valid(raise_exception=True)
        corrected = asked.validated_data.get("corrects")
        note = write_restricted_note(
            enrolment=enrolment,
            body=asked.validated_data["body"],
            corrects=restricted_note_for(enrolment, corrected) if corrected else None,
            by=request.user.public_id,
            now=timezone.now(),
        )
        return Response(WrittenNote(note).data, status=201)
