"""HTTP's part for pay runs and schedules: parse, call one operation or query, answer."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.core.refusals import NotFound
from participants.api.authentication import IsParticipant, ParticipantSession
from participants.queries import NO_PERSON, enrolment_for, pilot_for
from payments import queries
from payments.api.serializers import NewPayRun, PayRunPreview, PayRunSummary, ScheduleLines
from payments.models import PayRun
from payments.operations import pay_runs


class PayRuns(APIView):
    @extend_schema(operation_id="pay_runs", responses=PayRunSummary(many=True))
    def get(self, request, pilot_id):
        """The pay runs of a pilot, newest first."""
        pilot = pilot_for(request.user, pilot_id, "see money")
        return Response(PayRunSummary(queries.pay_runs_of(pilot), many=True).data)

    @extend_schema(
        operation_id="prepare_pay_run", request=NewPayRun, responses={201: PayRunPreview}
    )
    def post(self, request, pilot_id):
        """Prepare a run from everything due by a day: who is paid, who is left out and why."""
        pilot = pilot_for(request.user, pilot_id, "prepare pay runs")
        asked = NewPayRun(data=request.data)
        asked.is_valid(raise_exception=True)
        run = pay_runs.prepare(
            fund=pilot.funds.get(),
            due_by=asked.validated_data["due_by"],
            preparer=request.user,
            by=request.user.public_id,
            now=timezone.now(),
        )
        return Response(_preview(run), status=201)


class OnePayRun(APIView):
    @extend_schema(operation_id="pay_run", responses=PayRunPreview)
    def get(self, request, public_id):
        """One run with all its lines."""
        return Response(_preview(queries.pay_run_for(request.user, public_id, "see money")))


class SubmitPayRun(APIView):
    @extend_schema(operation_id="submit_pay_run", request=None, responses=PayRunPreview)
    def post(self, request, public_id):
        """Freeze the list and ask a second person to approve it."""
        run = queries.pay_run_for(request.user, public_id, "prepare pay runs")
        run = pay_runs.submit_for_approval(
            run=run, preparer=request.user, by=request.user.public_id, now=timezone.now()
        )
        return Response(_preview(run))


class ApprovePayRun(APIView):
    @extend_schema(operation_id="approve_pay_run", request=None, responses=PayRunPreview)
    def post(self, request, public_id):
        """Approve exactly what was previewed. Whoever prepared the run is refused."""
        run = queries.pay_run_for(request.user, public_id, "approve pay runs")
        run = pay_runs.approve(
            run=run, approver=request.user, by=request.user.public_id, now=timezone.now()
        )
        return Response(_preview(run))


class StopPayRun(APIView):
    @extend_schema(operation_id="stop_pay_run", request=None, responses=PayRunPreview)
    def post(self, request, public_id):
        """Send nothing more of this run."""
        run = queries.pay_run_for(request.user, public_id, "prepare pay runs")
        run = pay_runs.stop(run=run, by=request.user.public_id, now=timezone.now())
        return Response(_preview(run))


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


def _preview(run: PayRun) -> dict:
    return PayRunPreview(queries.preview_of(run)).data
