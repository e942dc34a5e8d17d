"""HTTP's part for schedules: parse, ask one query, answer."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.core.refusals import NotFound
from participants.api.authentication import IsParticipant, ParticipantSession
from participants.queries import NO_PERSON, enrolment_for
from payments import queries
from payments.api.serializers import ScheduleLines


class ScheduleForStaff(APIView):
    @extend_schema(operation_id="schedule", responses=ScheduleLines)
    def get(self, request, public_id):
        """One person's payments, for the staff of their pilot."""
        return Response(_schedule(enrolment_for(request.user, public_id, "see people")))


class MySchedule(APIView):
    """A participant's own payments; anybody else's do not exist."""

    authentication_classes = [ParticipantSession]
    permission_classes = [IsParticipant]

    @extend_schema(operation_id="my_schedule", responses=ScheduleLines)
    def get(self, request, public_id):
        mine = request.user.participant.enrolments.filter(public_id=public_id).first()
        if mine is None:
            raise NotFound(NO_PERSON)
        return Response(_schedule(mine))


def _schedule(enrolment) -> dict:
    schedule = queries.schedule_of(enrolment)
    if schedule is None:
        raise NotFound("No payments are planned for this person.")
    return ScheduleLines(schedule).data
