"""HTTP's part for releases: parse, call one operation or query, answer."""

import io

from django.http import FileResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.core import access
from evaluation.models import Release
from evaluation.operations import releases
from evaluation.queries.releases import (
    APPROVE,
    EITHER,
    REQUEST,
    manifest_of,
    pilot_of_releases,
    release_for,
    releases_of,
)
from participants.queries import pilot_for, roles_of


class ReleaseLine(serializers.Serializer):
    """One release and the report of its dry run; never a row of it."""

    public_id = serializers.CharField()
    pilot = serializers.CharField(source="pilot.public_id")
    purpose = serializers.CharField()
    state = serializers.ChoiceField(Release.State.choices)
    words = serializers.CharField(source="get_state_display", help_text="the state in plain words")
    note = serializers.CharField(help_text="why it was rejected, or waits for approval again")
    requested_by = serializers.CharField(source="requested_by.public_id")
    requested_at = serializers.DateTimeField()
    approved_on = serializers.DateField(allow_null=True)
    digest = serializers.CharField(
        source="dry_run_digest",
        help_text="SHA-256 of the data file, which approval is of; whoever asked does not see it",
    )
    report = serializers.DictField(source="dry_run")


class NewRelease(serializers.Serializer):
    purpose = serializers.CharField(max_length=500)


class Agreement(serializers.Serializer):
    digest = serializers.CharField(help_text="the digest of the report that you read")


class Rejection(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class Releases(APIView):
    @extend_schema(operation_id="releases", responses=ReleaseLine(many=True))
    def get(self, request, pilot_id):
        """The releases of a pilot, newest first."""
        pilot = pilot_of_releases(request.user, pilot_id)
        return Response([_shown(request, one) for one in releases_of(pilot)])

    @extend_schema(operation_id="request_release", request=NewRelease, responses={201: ReleaseLine})
    def post(self, request, pilot_id):
        """Ask for a release; the answer holds the report of its dry run."""
        pilot = pilot_for(request.user, pilot_id, REQUEST)
        asked = _asked(NewRelease, request)
        release = releases.request_release(
            pilot=pilot, requester=request.user, **asked, **_who_and_when(request)
        )
        return Response(_shown(request, release), status=201)


class OneRelease(APIView):
    @extend_schema(operation_id="release", responses=ReleaseLine)
    def get(self, request, public_id):
        """One release with the report of its dry run."""
        return Response(_shown(request, release_for(request.user, public_id, *EITHER)))


class ApproveRelease(APIView):
    @extend_schema(operation_id="approve_release", request=Agreement, responses=ReleaseLine)
    def post(self, request, public_id):
        """Agree to the file that was reported on. Whoever asked for it is refused."""
        release = release_for(request.user, public_id, APPROVE)
        asked = _asked(Agreement, request)
        releases.approve(release=release, approver=request.user, **asked, **_who_and_when(request))
        return Response(_shown(request, release))


class RejectRelease(APIView):
    @extend_schema(operation_id="reject_release", request=Rejection, responses=ReleaseLine)
    def post(self, request, public_id):
        """Decline a release, with a reason."""
        release = release_for(request.user, public_id, APPROVE)
        releases.reject(release=release, **_asked(Rejection, request), **_who_and_when(request))
        return Response(_shown(request, release))


class RevokeRelease(APIView):
    @extend_schema(operation_id="revoke_release", request=None, responses=ReleaseLine)
    def post(self, request, public_id):
        """Call a release back; its file is deleted."""
        release = release_for(request.user, public_id, APPROVE)
        releases.revoke(release=release, **_who_and_when(request))
        return Response(_shown(request, release))


class ReleaseManifest(APIView):
    @extend_schema(operation_id="release_manifest", responses=OpenApiTypes.OBJECT)
    def get(self, request, public_id):
        """What the file holds, how it was made, and on what terms it is given."""
        return Response(manifest_of(release_for(request.user, public_id, *EITHER)))


class ReleaseFile(APIView):
    @extend_schema(
        operation_id="release_file", responses={(200, "application/zip"): OpenApiTypes.BINARY}
    )
    def get(self, request, public_id):
        """The data, the manifest and their checksums as a zip. Each download is written down."""
        release = release_for(request.user, public_id, REQUEST)
        data = releases.download(release=release, **_who_and_when(request))
        return FileResponse(io.BytesIO(data), as_attachment=True, filename=f"{public_id}.zip")


def _shown(request, release: Release) -> dict:
    """A release as this person may see it.

    Before a file is built, its digest is for approvers alone: with it somebody could find out,
    guess by guess, whose row is in the file.
    """
    line = dict(ReleaseLine(release).data)
    may_approve = access.may(roles_of(request.user, release.pilot), APPROVE)
    is_theirs = release.requested_by_id == request.user.pk
    if release.state != Release.State.READY and (is_theirs or not may_approve):
        line["digest"] = ""
    return line


def _asked(kind: type[serializers.Serializer], request) -> dict:
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}


urlpatterns = [
    path("pilots/<slug:pilot_id>/releases/", Releases.as_view()),
    path("releases/<slug:public_id>/", OneRelease.as_view()),
    path("releases/<slug:public_id>/approve/", ApproveRelease.as_view()),
    path("releases/<slug:public_id>/reject/", RejectRelease.as_view()),
    path("releases/<slug:public_id>/revoke/", RevokeRelease.as_view()),
    path("releases/<slug:public_id>/manifest/", ReleaseManifest.as_view()),
    path("releases/<slug:public_id>/file/", ReleaseFile.as_view()),
]
