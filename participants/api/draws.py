"""A pilot's draw over HTTP. Holding it spans apps: that endpoint is in `cashpilot.endpoints`."""

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.api import Pages
from participants.api.serializers import at_most
from participants.models import Allotment, Consent, Draw, Entrant
from participants.operations.draws import commit_to_draw, withdraw_draw
from participants.operations.entrants import enter, enter_file, take_off
from participants.queries import pilot_for, site_of
from participants.queries.draws import (
    document_of,
    entrant_for,
    entrants_in_reach,
    the_draw_of,
    totals_of,
)
from participants.rules import LONGEST
from participants.rules.design import METHODS


class ArmShareLine(serializers.Serializer):
    arm = serializers.SlugField()
    ratio = serializers.IntegerField()


class StratumLine(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class DrawDesignLine(serializers.Serializer):
    """How people are drawn; what is left out does not apply."""

    method = serializers.ChoiceField(METHODS)
    arms = ArmShareLine(many=True)
    places = serializers.IntegerField(
        required=False, help_text="units drawn into the arms together; 0 or left out for all"
    )
    waiting = serializers.IntegerField(required=False, help_text="places on the waiting list")
    strata = StratumLine(many=True, required=False)
    cluster = serializers.CharField(
        required=False, allow_blank=True, help_text="what people share who are drawn together"
    )
    blocks = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="for blocks: how often the ratios fit in one, such as [1, 2]",
    )
    coin = serializers.IntegerField(
        required=False, help_text="for minimisation: the chance in a hundred of the arm that evens"
    )


class TotalLine(serializers.Serializer):
    """How many people have one outcome; `arm` is empty where it is none."""

    kind = serializers.ChoiceField(Allotment.Kind.choices)
    arm = serializers.CharField()
    people = serializers.IntegerField()


class DrawLine(serializers.ModelSerializer):
    """A draw: the seed, the digests and the counts are empty until it is held."""

    design = DrawDesignLine()
    listed = serializers.IntegerField(source="entrants.count")
    totals = serializers.SerializerMethodField()
    held_at = serializers.SerializerMethodField()

    class Meta:
        model = Draw
        fields = [
            "public_id",
            "state",
            "design",
            "commitment",
            "committed_at",
            "listed",
            "held_at",
            "seed",
            "roster_digest",
            "outcomes_digest",
            "totals",
        ]

    @extend_schema_field(TotalLine(many=True))
    def get_totals(self, draw):
        found = totals_of(draw) if draw.state == Draw.State.HELD else {}
        return [{"kind": k, "arm": arm, "people": n} for (k, arm), n in found.items()]

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_held_at(self, draw):
        return draw.state_changed_at if draw.state == Draw.State.HELD else None


class Reason(serializers.Serializer):
    reason = serializers.CharField(max_length=LONGEST["reason"], help_text=at_most("reason"))


class OutcomeLine(serializers.ModelSerializer):
    """What the lot gave one person."""

    arm = serializers.CharField(source="arm.code", default=None)

    class Meta:
        model = Allotment
        fields = ["kind", "arm", "position"]


class EntrantLine(serializers.ModelSerializer):
    """A person on the list; `outcome` is null until the draw is held."""

    name = serializers.CharField(source="participant.name")
    outcome = OutcomeLine(source="allotment", default=None)

    class Meta:
        model = Entrant
        fields = ["public_id", "code", "name", "group", "consent_date", "entered_at", "outcome"]


class NewEntrantLine(serializers.Serializer):
    """A person for the list; `group` holds their cluster and strata by the design's names."""

    name = serializers.CharField(max_length=LONGEST["name"], help_text=at_most("name"))
    consent_date = serializers.DateField()
    group = serializers.DictField(child=serializers.CharField(), default=dict)
    how = serializers.ChoiceField(Consent.How.choices, default=Consent.How.IN_PERSON)
    read_by = serializers.CharField(max_length=LONGEST["read_by"], default="", allow_blank=True)
    code = serializers.CharField(max_length=LONGEST["code"], default="", allow_blank=True)
    date_of_birth = serializers.DateField(default=None, allow_null=True)
    email = serializers.EmailField(max_length=LONGEST["email"], default="", allow_blank=True)
    phone = serializers.CharField(max_length=LONGEST["phone"], default="", allow_blank=True)
    language = serializers.ChoiceField(settings.PARTICIPANT_LANGUAGES, default="en")


class ListFile(serializers.Serializer):
    file = serializers.FileField()


class Listed(serializers.Serializer):
    listed = serializers.IntegerField()


class TheDraw(APIView):
    @extend_schema(operation_id="draw", responses=DrawLine)
    def get(self, request, pilot_id):
        """The pilot's draw: its design and commitment; once it was held, its seed and counts."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response(DrawLine(the_draw_of(pilot)).data)

    @extend_schema(operation_id="commit_to_draw", request=DrawDesignLine, responses={201: DrawLine})
    def post(self, request, pilot_id):
        """Freeze a design and publish the commitment, before anybody is enrolled or listed."""
        pilot = pilot_for(request.user, pilot_id, "hold the draw")
        made = commit_to_draw(pilot=pilot, design=request.data, **_who(request))
        return Response(DrawLine(made).data, status=201)


class WithdrawnDraw(APIView):
    @extend_schema(operation_id="withdraw_draw", request=Reason, responses={204: None})
    def post(self, request, pilot_id):
        """Take a commitment back while nobody is on its list; it stays on record."""
        pilot = pilot_for(request.user, pilot_id, "hold the draw")
        asked = Reason(data=request.data)
        asked.is_valid(raise_exception=True)
        withdraw_draw(draw=the_draw_of(pilot), **asked.validated_data, **_who(request))
        return Response(status=204)


class DrawDocument(APIView):
    @extend_schema(operation_id="draw_document", responses={200: dict})
    def get(self, request, pilot_id):
        """Seed, design, list by code and every outcome: what anybody needs to draw again."""
        pilot = pilot_for(request.user, pilot_id, "check the draw")
        return Response(document_of(the_draw_of(pilot)))


class Entrants(APIView):
    @extend_schema(operation_id="entrants", responses=EntrantLine(many=True))
    def get(self, request, pilot_id):
        """Everybody on the list, a page at a time."""
        draw = the_draw_of(pilot_for(request.user, pilot_id, "see people"))
        pages = Pages()
        rows = pages.paginate_queryset(entrants_in_reach(draw, request.user), request, view=self)
        return pages.get_paginated_response(EntrantLine(rows, many=True).data)

    @extend_schema(operation_id="enter", request=NewEntrantLine, responses={201: EntrantLine})
    def post(self, request, pilot_id):
        """Put one person on the list."""
        draw = the_draw_of(pilot_for(request.user, pilot_id, "enrol people"))
        asked = NewEntrantLine(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        how = {name: said.pop(name) for name in ("how", "read_by")}
        person = said.pop("group") | said
        entrant = enter(draw=draw, person=person, **how, **_who_and_where(request, draw))
        return Response(EntrantLine(entrant).data, status=201)


class EntrantsFile(APIView):
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="enter_file", request=ListFile, responses={201: Listed})
    def post(self, request, pilot_id):
        """Put everybody in a CSV file on the list, or nobody; problems come by row and column."""
        draw = the_draw_of(pilot_for(request.user, pilot_id, "enrol people"))
        asked = ListFile(data=request.data)
        asked.is_valid(raise_exception=True)
        raw = asked.validated_data["file"].read()
        listed = enter_file(draw=draw, raw=raw, **_who_and_where(request, draw))
        return Response({"listed": len(listed)}, 201)


class OneEntrant(APIView):
    @extend_schema(operation_id="take_off", responses={204: None})
    def delete(self, request, pilot_id, public_id):
        """Take somebody off the list who no longer wants to be in the draw."""
        draw = the_draw_of(pilot_for(request.user, pilot_id, "enrol people"))
        take_off(entrant=entrant_for(draw, request.user, public_id), **_who(request))
        return Response(status=204)


def _who_and_where(request, draw) -> dict:
    return {"site": site_of(request.user, draw.pilot, "enrol people"), **_who(request)}


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
