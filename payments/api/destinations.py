"""HTTP's part for shared accounts: parse, one operation or query, answer."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from participants.queries import enrolment_for, pilot_for
from payments.api.asking import said, who_and_when
from payments.models import DestinationClearance, Recipient
from payments.operations.destinations import clear_destination
from payments.queries import recipient_for
from payments.queries.destinations import shared_accounts, words_said


class SharingPerson(serializers.Serializer):
    """Somebody who is paid into a shared account, and how many people have looked at it."""

    enrolment = serializers.CharField(source="enrolment.public_id")
    code = serializers.CharField(source="enrolment.code")
    words = serializers.SerializerMethodField()

    def get_words(self, recipient: Recipient) -> int:
        return len(words_said(recipient))


class SharedAccountLine(serializers.Serializer):
    """A bank account of several people, by its last figures."""

    tail = serializers.CharField(allow_blank=True)
    people = SharingPerson(source="recipients", many=True)


class DestinationWord(serializers.Serializer):
    """Why it is right that this person is paid there."""

    why = serializers.ChoiceField(DestinationClearance.Why.choices)


class ClearedDestination(serializers.Serializer):
    """Whether two people have said so, and the next pay run takes the payments."""

    is_cleared = serializers.BooleanField()


class SharedAccounts(APIView):
    @extend_schema(operation_id="shared_accounts", responses=SharedAccountLine(many=True))
    def get(self, request, pilot_id):
        """Accounts that more than one person is paid into and two people have to look at."""
        pilot = pilot_for(request.user, pilot_id, "see money")
        return Response(SharedAccountLine(shared_accounts(pilot), many=True).data)


class ClearDestination(APIView):
    @extend_schema(
        operation_id="clear_destination", request=DestinationWord, responses=ClearedDestination
    )
    def post(self, request, public_id):
        """Say that it is right to pay this person into a shared account; it takes two people."""
        enrolment = enrolment_for(request.user, public_id, "match the books")
        is_cleared = clear_destination(
            recipient=recipient_for(enrolment),
            person=request.user,
            why=said(DestinationWord, request)["why"],
            **who_and_when(request),
        )
        return Response({"is_cleared": is_cleared})
