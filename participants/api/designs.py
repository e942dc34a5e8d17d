"""HTTP's part for a pilot's design: drafts, what is missing, versions and their differences."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.api.serializers import PilotLine
from participants.models import DesignVersion
from participants.operations.designs import LONGEST_REASON, close
from participants.operations.drafts import begin_pilot, declare_ready, keep_draft
from participants.queries import pilot_for
from participants.queries.designs import design_for, plan_in, plan_to_take_along
from participants.rules.plans import differences, lacks


class WholePlan(serializers.Serializer):
    """The whole set-up, as `manage.py pilot export` writes it; see docs/examples/pilot.yaml."""

    plan = serializers.JSONField(help_text="what is wrong in it comes by its path")


class Amendment(WholePlan):
    """The whole set-up as it is to be, and why it changes."""

    reason = serializers.CharField(
        max_length=LONGEST_REASON, help_text=f"At most {LONGEST_REASON} characters."
    )


class LackLine(serializers.Serializer):
    """One thing that is missing before the launch."""

    step = serializers.CharField()
    path = serializers.CharField()
    says = serializers.CharField()


class DesignLine(serializers.ModelSerializer):
    """One version of a design. `sha256` is that of its canonical JSON."""

    class Meta:
        model = DesignVersion
        fields = ["version", "sha256", "reason", "strata", "cluster", "made_by", "made_at"]


class DesignDifference(serializers.Serializer):
    """What one version says otherwise than an earlier one, at one place."""

    path = serializers.CharField()
    was = serializers.CharField(allow_blank=True)
    now = serializers.CharField(allow_blank=True)


class OneDesignLine(DesignLine):
    """One version, whole: `document` is the canonical JSON itself."""

    differences = DesignDifference(many=True)

    class Meta:
        model = DesignVersion
        fields = [*DesignLine.Meta.fields, "document", "differences"]


class Drafts(APIView):
    @extend_schema(operation_id="begin_pilot", request=WholePlan, responses={201: PilotLine})
    def post(self, request):
        """Begin a pilot as a draft from one whole plan; nothing is promised before its launch."""
        plan = _said(WholePlan, request)["plan"]
        pilot = begin_pilot(plan=plan, manager=request.user, **_who(request))
        return Response(PilotLine(pilot).data, status=201)


class OnePlan(APIView):
    @extend_schema(operation_id="plan", responses=WholePlan)
    def get(self, request, pilot_id):
        """The whole set-up as it stands, for a file: no person, no secret."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response({"plan": plan_to_take_along(pilot)})

    @extend_schema(operation_id="keep_plan", request=WholePlan, responses=WholePlan)
    def post(self, request, pilot_id):
        """Keep the set-up of a pilot that is not launched; after the launch, amend it."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        plan = _said(WholePlan, request)["plan"]
        return Response({"plan": keep_draft(pilot=pilot, plan=plan, **_who(request))})


class Missing(APIView):
    @extend_schema(operation_id="missing", responses=LackLine(many=True))
    def get(self, request, pilot_id):
        """What is missing before the launch, in words; nothing, where it is whole."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response(LackLine(lacks(plan_to_take_along(pilot)), many=True).data)


class Ready(APIView):
    @extend_schema(operation_id="declare_ready", request=None, responses=PilotLine)
    def post(self, request, pilot_id):
        """Say that the set-up is whole and checked."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        declare_ready(pilot=pilot, **_who(request))
        return Response(PilotLine(pilot).data)


class Close(APIView):
    @extend_schema(operation_id="close_pilot", request=None, responses=PilotLine)
    def post(self, request, pilot_id):
        """Take nobody in any more; what was promised is still paid."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        close(pilot=pilot, **_who(request))
        return Response(PilotLine(pilot).data)


class OneDesign(APIView):
    @extend_schema(
        operation_id="design",
        parameters=[OpenApiParameter("against", int, description="an earlier version")],
        responses=OneDesignLine,
    )
    def get(self, request, pilot_id, version):
        """One version, and what it says otherwise than the one before, or the one named."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        design = design_for(pilot, version)
        other = request.query_params.get("against", "") or str(version - 1)
        design.differences = _between(pilot, design, other)
        return Response(OneDesignLine(design).data)


def _between(pilot, design: DesignVersion, other: str):
    if other == "0":
        return []
    old = design_for(pilot, int(other) if other.isdecimal() and len(other) < 6 else -1)
    return differences(plan_in(old), plan_in(design))


def _said(serializer, request) -> dict:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def _who(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
