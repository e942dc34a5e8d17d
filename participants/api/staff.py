"""HTTP's part for who works on a pilot: sites, roles, invitations, service tokens."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.core.access import FOR_PROGRAMS, Role
from participants.api.serializers import EnrolmentLine, at_most
from participants.models import Site
from participants.operations.invitations import invite, revoke_invitation
from participants.operations.roles import give_role, take_role
from participants.operations.service_tokens import issue_token, revoke_token
from participants.operations.sites import add_site, place
from participants.queries import enrolment_for, pilot_for
from participants.queries.team import (
    invitation_of,
    invitations_of,
    member_of,
    members_of,
    membership_for,
    service_token_of,
    service_tokens_of,
    site_named,
    sites_of,
)
from participants.rules import LONGEST

MANAGE, SEE = "manage staff", "see staff"


class SiteField(serializers.CharField):
    """A site by its identifier; empty for none."""

    def __init__(self, **kwargs):
        super().__init__(default="", allow_blank=True, **kwargs)

    def to_representation(self, value) -> str:
        return value.public_id

    def get_attribute(self, instance):
        return instance.site or Site(public_id="")


class SiteLine(serializers.Serializer):
    public_id = serializers.CharField(read_only=True)
    site_name = serializers.CharField(
        source="name", max_length=LONGEST["site_name"], help_text=at_most("site_name")
    )
    people = serializers.IntegerField(read_only=True)


class Placed(serializers.Serializer):
    """`site` is a site's identifier, or empty for none."""

    site = serializers.CharField(allow_blank=True)


class MemberLine(serializers.Serializer):
    """One role of one person; `site` only where a caseworker is bound to one."""

    user = serializers.CharField(source="user.public_id")
    email = serializers.EmailField(source="user.email", read_only=True)
    role = serializers.ChoiceField(Role.choices)
    site = SiteField()


class TakenRole(serializers.Serializer):
    user = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)


class InvitationLine(serializers.Serializer):
    public_id = serializers.CharField(read_only=True)
    email = serializers.EmailField(max_length=LONGEST["email"], help_text=at_most("email"))
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices), min_length=1)
    site = SiteField()
    expires_at = serializers.DateTimeField(read_only=True)


class TokenLine(serializers.Serializer):
    public_id = serializers.CharField()
    token_name = serializers.CharField(source="name")
    acts = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField()


class NewToken(serializers.Serializer):
    token_name = serializers.CharField(
        max_length=LONGEST["token_name"], help_text=at_most("token_name")
    )
    acts = serializers.ListField(child=serializers.ChoiceField(FOR_PROGRAMS), min_length=1)
    days = serializers.IntegerField(min_value=1, max_value=365)


class IssuedToken(TokenLine):
    """`secret` is shown here and never again; it goes into `Authorization: Bearer …`."""

    secret = serializers.CharField()


class Sites(APIView):
    @extend_schema(operation_id="sites", responses=SiteLine(many=True))
    def get(self, request, pilot_id):
        """The sites of a pilot."""
        pilot = pilot_for(request.user, pilot_id, "see the pilot")
        return Response(SiteLine(sites_of(pilot), many=True).data)

    @extend_schema(operation_id="add_site", request=SiteLine, responses={201: SiteLine})
    def post(self, request, pilot_id):
        """Give a pilot one more site."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        asked = _said(SiteLine, request)
        add_site(pilot=pilot, site_name=asked["name"], **_who_and_when(request))
        return Response(SiteLine(sites_of(pilot).get(name=asked["name"])).data, status=201)


class PersonSite(APIView):
    @extend_schema(operation_id="place_person", request=Placed, responses=EnrolmentLine)
    def post(self, request, public_id):
        """Say at which site a person is met from now on; it changes no payment."""
        enrolment = enrolment_for(request.user, public_id, "change the pilot")
        site = site_named(enrolment.pilot, _said(Placed, request)["site"])
        place(enrolment=enrolment, site=site, **_who_and_when(request))
        return Response(EnrolmentLine(enrolment).data)


class Members(APIView):
    @extend_schema(operation_id="members", responses=MemberLine(many=True))
    def get(self, request, pilot_id):
        """Who holds which role in a pilot."""
        pilot = pilot_for(request.user, pilot_id, SEE)
        return Response(MemberLine(members_of(pilot), many=True).data)

    @extend_schema(operation_id="give_role", request=MemberLine, responses={201: MemberLine})
    def post(self, request, pilot_id):
        """Give a member one more role, or a caseworker another site; never oneself."""
        pilot = pilot_for(request.user, pilot_id, MANAGE)
        asked = _said(MemberLine, request)
        made = give_role(
            pilot=pilot,
            user=member_of(pilot, asked["user"]["public_id"]),
            role=asked["role"],
            site=site_named(pilot, asked["site"]),
            **_who_and_when(request),
        )
        return Response(MemberLine(made).data, status=201)


class TakeRole(APIView):
    @extend_schema(operation_id="take_role", request=TakenRole, responses=MemberLine(many=True))
    def post(self, request, pilot_id):
        """Take a role back, at once; never one's own, and never the last manager's."""
        pilot = pilot_for(request.user, pilot_id, MANAGE)
        asked = _said(TakenRole, request)
        membership = membership_for(pilot, asked["user"], asked["role"])
        take_role(membership=membership, **_who_and_when(request))
        return Response(MemberLine(members_of(pilot), many=True).data)


class Invitations(APIView):
    @extend_schema(operation_id="invitations", responses=InvitationLine(many=True))
    def get(self, request, pilot_id):
        """The invitations that can still be accepted."""
        pilot = pilot_for(request.user, pilot_id, SEE)
        return Response(InvitationLine(invitations_of(pilot, timezone.now()), many=True).data)

    @extend_schema(operation_id="invite", request=InvitationLine, responses={201: InvitationLine})
    def post(self, request, pilot_id):
        """Invite a colleague by email; the link is good once, for three days."""
        pilot = pilot_for(request.user, pilot_id, MANAGE)
        asked = _said(InvitationLine, request)
        made, _ = invite(
            pilot=pilot,
            email=asked["email"],
            roles=asked["roles"],
            site=site_named(pilot, asked["site"]),
            inviter=request.user,
            **_who_and_when(request),
        )
        return Response(InvitationLine(made).data, status=201)


class RevokeInvitation(APIView):
    @extend_schema(operation_id="revoke_invitation", request=None, responses=InvitationLine)
    def post(self, request, pilot_id, public_id):
        """Take an invitation back."""
        pilot = pilot_for(request.user, pilot_id, MANAGE)
        found = invitation_of(pilot, public_id)
        revoke_invitation(invitation=found, **_who_and_when(request))
        return Response(InvitationLine(found).data)


class ServiceTokens(APIView):
    @extend_schema(operation_id="service_tokens", responses=TokenLine(many=True))
    def get(self, request, pilot_id):
        """Which programs may ask what, until when, and when each asked last."""
        pilot = pilot_for(request.user, pilot_id, SEE)
        return Response(TokenLine(service_tokens_of(pilot), many=True).data)

    @extend_schema(
        operation_id="issue_service_token", request=NewToken, responses={201: IssuedToken}
    )
    def post(self, request, pilot_id):
        """Issue a token; its secret is in this answer and nowhere else."""
        pilot = pilot_for(request.user, pilot_id, MANAGE)
        who = {"issuer": request.user, **_who_and_when(request)}
        token, secret = issue_token(pilot=pilot, **_said(NewToken, request), **who)
        return Response({**TokenLine(token).data, "secret": secret}, status=201)


class RevokeServiceToken(APIView):
    @extend_schema(operation_id="revoke_service_token", request=None, responses=TokenLine)
    def post(self, request, pilot_id, public_id):
        """Let a token open nothing from now on."""
        pilot = pilot_for(request.user, pilot_id, MANAGE)
        token = service_token_of(pilot, public_id)
        revoke_token(token=token, **_who_and_when(request))
        return Response(TokenLine(service_token_of(pilot, public_id)).data)


def _said(shape, request) -> dict:
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    return asked.validated_data


def _who_and_when(request) -> dict:
    return {"by": request.user.public_id, "now": timezone.now()}
