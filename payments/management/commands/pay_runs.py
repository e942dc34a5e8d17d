from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cashpilot.core.models import User
from cashpilot.core.refusals import Refused
from participants.queries import pilot_for
from payments.operations import pay_runs
from payments.providers import get_provider
from payments.queries import fund_for, pay_run_for, pay_runs_of


class Command(BaseCommand):
    help = "Pay runs without a browser, as one member of staff: the same roles, the same refusals."

    def add_arguments(self, parser):
        parser.add_argument("act", choices=("list", "prepare", "submit", "approve", "stop"))
        parser.add_argument("subject", help="public id of a pilot (list, prepare) or of a run")
        parser.add_argument("--as", dest="email", required=True, help="who does it")
        parser.add_argument("--due-by", type=date.fromisoformat, default=None)
        parser.add_argument("--fund", default="", help="its public id, where there are several")

    def handle(self, act, subject, email, due_by, fund, **options):
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        try:
            getattr(self, act)(user, subject, due_by=due_by, fund=fund)
        except Refused as no:
            raise CommandError(str(no)) from None

    def list(self, user, subject, **_):
        for run in pay_runs_of(pilot_for(user, subject, "see money")):
            self.stdout.write(f"{run.public_id} {run.state:10} {run.people:6} {run.total_minor}")

    def prepare(self, user, subject, *, due_by, fund):
        pilot = pilot_for(user, subject, "prepare pay runs")
        run = pay_runs.prepare(
            fund=fund_for(pilot, fund),
            due_by=due_by or timezone.localdate(),
            preparer=user,
            **_who(user),
        )
        self.stdout.write(run.public_id)

    def submit(self, user, subject, **_):
        run = pay_run_for(user, subject, "prepare pay runs")
        run = pay_runs.submit_for_approval(run=run, preparer=user, **_who(user))
        self.stdout.write(f"{run.public_id} waits for {run.approvals_needed} to approve it")

    def approve(self, user, subject, **_):
        run = pay_run_for(user, subject, "approve pay runs")
        run = pay_runs.approve(run=run, approver=user, provider=get_provider(), **_who(user))
        self.stdout.write(f"{run.public_id} {run.state}")

    def stop(self, user, subject, **_):
        run = pay_run_for(user, subject, "prepare pay runs")
        self.stdout.write(f"{pay_runs.stop(run=run, **_who(user)).public_id} stopped")


def _who(user) -> dict:
    return {"by": user.public_id, "now": timezone.now()}
