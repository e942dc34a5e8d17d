"""Endpoints about a person's data as such: who looked, a copy of everything, and an erasure."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot import personal_data
from cashpilot.api import Pages
from cashpilot.core import erasure
from cashpilot.core.copies import everything_about
from cashpilot.core.looks import looks_at, note_looks
from cashpilot.core.models import Look
from participants.queries import enrolment_for, whole_person_for


class LookLine(serializers.Serializer):
    """That somebody looked at what names a person; `by` is the public id of a member of staff."""

    at = serializers.DateTimeField()
    by = serializers.CharField()
    page = serializers.ChoiceField(Look.Page.choices)


class CopyTable(serializers.Serializer):
    """What one kind of record holds about a person."""

    name = serializers.CharField()
    model = serializers.CharField()
    kept = serializers.CharField()
    rows = serializers.ListField(child=serializers.DictField())


class WholeCopy(serializers.Serializer):
    """Everything that is kept about one person, opened."""

    made_at = serializers.DateTimeField()
    about = serializers.CharField()
    tables = CopyTable(many=True)


class ShareLine(serializers.Serializer):
    """What an erasure does to one kind of record: columns that go, and those that stay with why."""

    model = serializers.CharField(source="model._meta.label")
    rows = serializers.IntegerField()
    goes = serializers.ListField(child=serializers.CharField())
    stays = serializers.DictField(child=serializers.CharField())
    is_deleted = serializers.BooleanField()


class Preview(serializers.Serializer):
    """What an erasure would do, and why it cannot be done yet."""

    shares = ShareLine(many=True)
    reasons = serializers.ListField(child=serializers.CharField())


class Erased(serializers.Serializer):
    """How many rows of which model were changed."""

    rows = serializers.DictField(child=serializers.IntegerField())


class Looks(APIView):
    @extend_schema(operation_id="looks", responses=LookLine(many=True))
    def get(self, request, public_id):
        """Who looked at what names a person, newest first, a page at a time."""
        enrolment = enrolment_for(request.user, public_id, "copy personal data")
        pages = Pages()
        rows = pages.paginate_queryset(
            looks_at(enrolment.participant.public_id), request, view=self
        )
        return pages.get_paginated_response(LookLine(rows, many=True).data)


class Copy(APIView):
    @extend_schema(operation_id="copy_of_person", responses=WholeCopy)
    def get(self, request, public_id):
        """Everything about a person. That it was read is written down, and shown to them."""
        person = whole_person_for(request.user, public_id, "copy personal data").participant
        _note(request, person, Look.Page.COPY)
        return Response(everything_about(person, timezone.now()))


class Erasure(APIView):
    @extend_schema(operation_id="preview_erasure", responses=Preview)
    def get(self, request, public_id):
        """What an erasure would take out and leave, and why it has to wait; nothing changes."""
        person = whole_person_for(request.user, public_id, "erase people").participant
        _note(request, person, Look.Page.ERASURE)
        reasons = personal_data.why_not(person, timezone.now())
        return Response(Preview({"shares": erasure.preview(person), "reasons": reasons}).data)

    @extend_schema(operation_id="erase_person", request=None, responses=Erased)
    def post(self, request, public_id):
        """Take a person out of everything but the accounts; there is no way back."""
        person = whole_person_for(request.user, public_id, "erase people").participant
        who = {"by": request.user.public_id, "now": timezone.now()}
        return Response({"rows": personal_data.erase(participant=person, **who)})


def _note(request, person, page: str) -> None:
    who = {"by": request.user.public_id, "now": timezone.now()}
    note_looks(people=[person.public_id], page=page, **who)
