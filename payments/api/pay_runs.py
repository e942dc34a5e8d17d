"""HTTP's part for pay runs: parse, call one operation or query, answer."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from cashpilot.authentication import check_recent
from participants.queries import pilot_for
from payments import queries
from payments.api.asking import said, who_and_when
from payments.api.serializers import (
    NewPayRun,
    PayRunChanges,
    PayRunPage,
    PayRunPreview,
    PayRunSummary,
    SentBack,
    Threshold,
)
from payments.models import PayRun
from payments.operations import pausing, pay_runs, thresholds
from payments.providers import get_provider


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
        asked = said(NewPayRun, request)
        run = pay_runs.prepare(
            fund=queries.fund_for(pilot, asked.get("fund", "")),
            due_by=asked["due_by"],
            preparer=request.user,
            **who_and_when(request),
        )
        return Response(_preview(run), status=201)


class OnePayRun(APIView):
    @extend_schema(operation_id="pay_run", parameters=[PayRunPage], responses=PayRunPreview)
    def get(self, request, public_id):
        """One run, and a page of its lines."""
        asked = PayRunPage(data=request.query_params)
        asked.is_valid(raise_exception=True)
        run = queries.pay_run_for(request.user, public_id, "see money")
        return Response(_preview(run, **asked.validated_data))


class PayRunChangesView(APIView):
    @extend_schema(operation_id="pay_run_changes", responses=PayRunChanges)
    def get(self, request, public_id):
        """Who is new, who is gone and why, whose sum or destination is another."""
        run = queries.pay_run_for(request.user, public_id, "see money")
        return Response(PayRunChanges(queries.changes_since_the_last_run(run)).data)


class SubmitPayRun(APIView):
    @extend_schema(operation_id="submit_pay_run", request=None, responses=PayRunPreview)
    def post(self, request, public_id):
        """Freeze the list and ask for approval."""
        run = queries.pay_run_for(request.user, public_id, "prepare pay runs")
        run = pay_runs.submit_for_approval(run=run, preparer=request.user, **who_and_when(request))
        return Response(_preview(run))


class ApprovePayRun(APIView):
    @extend_schema(operation_id="approve_pay_run", request=None, responses=PayRunPreview)
    def post(self, request, public_id):
        """Approve exactly what was previewed. Whoever prepared the run is refused, and whoever
        has not signed in within 15 minutes."""
        run = queries.pay_run_for(request.user, public_id, "approve pay runs")
        check_recent(request)
        run = pay_runs.approve(
            run=run, approver=request.user, provider=get_provider(), **who_and_when(request)
        )
        return Response(_preview(run))


class SendBackPayRun(APIView):
    @extend_schema(operation_id="send_back_pay_run", request=SentBack, responses=PayRunPreview)
    def post(self, request, public_id):
        """Say no to a list, and why. Everything in it is owed again."""
        run = queries.pay_run_for(request.user, public_id, "approve pay runs")
        reason = said(SentBack, request)["reason"]
        run = pay_runs.send_back(
            run=run, approver=request.user, reason=reason, **who_and_when(request)
        )
        return Response(_preview(run))


class StopPayRun(APIView):
    @extend_schema(operation_id="stop_pay_run", request=None, responses=PayRunPreview)
    def post(self, request, public_id):
        """Send nothing more of this run."""
        run = queries.pay_run_for(request.user, public_id, "prepare pay runs")
        return Response(_preview(pay_runs.stop(run=run, **who_and_when(request))))


class PausePayRun(APIView):
    @extend_schema(operation_id="pause_pay_run", request=None, responses=PayRunPreview)
    def post(self, request, public_id):
        """Send nothing more of this run until somebody lets it go on."""
        run = queries.pay_run_for(request.user, public_id, "prepare pay runs")
        pausing.pause_by_hand(run=run, **who_and_when(request))
        return Response(_preview(run))


class ResumePayRun(APIView):
    @extend_schema(operation_id="resume_pay_run", request=None, responses=PayRunPreview)
    def post(self, request, public_id):
        """Let a paused run go on, under the same rules."""
        run = queries.pay_run_for(request.user, public_id, "approve pay runs")
        pausing.resume(run=run, **who_and_when(request))
        return Response(_preview(run))


class Thresholds(APIView):
    @extend_schema(operation_id="approval_thresholds", responses=Threshold(many=True))
    def get(self, request, pilot_id):
        """From which sums on a run takes how many people."""
        return Response(_thresholds(pilot_for(request.user, pilot_id, "see money")))

    @extend_schema(
        operation_id="set_approval_threshold", request=Threshold, responses=Threshold(many=True)
    )
    def post(self, request, pilot_id):
        """Ask for more people from a sum on, for runs that are frozen from now on; for fewer, in
        three days."""
        pilot = pilot_for(request.user, pilot_id, "change the pilot")
        thresholds.set_threshold(pilot=pilot, **said(Threshold, request), **who_and_when(request))
        return Response(_thresholds(pilot))


def _thresholds(pilot) -> list[dict]:
    now = timezone.now()
    in_force = [(*one, None) for one in queries.thresholds_of(pilot.pk, now)]
    rows = in_force + queries.thresholds_ahead(pilot.pk, now)
    return [dict(zip(("from_minor", "approvers", "holds_from"), one, strict=True)) for one in rows]


def _preview(run: PayRun, **part) -> dict:
    return PayRunPreview(queries.preview_of(run, **part)).data
