"""What may be sent, and what stands in the way."""

from django.db.models import Exists, OuterRef, QuerySet

from payments.models import PayRun, RunPause


def sendable_runs() -> QuerySet[PayRun]:
    """Runs that are being sent and not paused, oldest first."""
    paused = RunPause.objects.filter(pay_run=OuterRef("pk"), lifted_at=None)
    return PayRun.objects.filter(~Exists(paused), state=PayRun.State.SENDING).order_by("pk")


def open_pause_of(run: PayRun) -> RunPause | None:
    """Why nothing more of a run is sent just now; None where it is not paused."""
    return run.pauses.filter(lifted_at=None).first()
