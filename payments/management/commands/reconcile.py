from datetime import UTC, datetime, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cashpilot.core.refusals import Refused
from payments.operations.reconciliation import reconcile
from payments.operations.recovery import recover
from payments.providers import get_provider
from payments.queries import open_halts, what_keeps_a_halt

BY = "command line"
CLOCKS_APART = timedelta(minutes=5)


class Command(BaseCommand):
    help = (
        "Take in what the provider moved for us and this database does not know, then compare "
        "both books. Nothing is sent."
    )

    def add_arguments(self, parser):
        parser.add_argument("--since", type=_moment, required=True, help="2026-03-02T12:00, UTC")
        parser.add_argument("--until", type=_moment, default=None, help="now, if not given")

    def handle(self, since, until, **options):
        now = timezone.now()
        period = {"since": since, "until": until or now + CLOCKS_APART}
        provider = get_provider()
        self.stdout.write(f"Reading the provider's transfers since {since:%d %B %Y, %H:%M} …")
        try:
            found = recover(provider=provider, **period, by=BY, now=now)
            self.stdout.write(f"{found.adopted} taken as transfers of payments we have.")
            self.stdout.write(f"{found.forgotten} kept as sent by payments we no longer have.")
            run = reconcile(provider=provider, **period, by=BY, now=now)
        except Refused as no:
            raise CommandError(str(no)) from None
        self.stdout.write(f"{run.matched} payments agree, {run.found} differ.")
        for halt in open_halts():
            left = what_keeps_a_halt(halt) or "Two people may lift it: payments, health."
            self.stdout.write(f"{halt.get_reason_display()}. {left}")


def _moment(words: str) -> datetime:
    moment = datetime.fromisoformat(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
