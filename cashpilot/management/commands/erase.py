"""Erase one person, or say what an erasure would take out and leave."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cashpilot import personal_data
from cashpilot.core import erasure
from cashpilot.core.models import User
from cashpilot.core.refusals import Refused
from participants.models import Participant
from participants.queries import whole_person_for


class Command(BaseCommand):
    help = "Take one person out of everything but the accounts, as one member of staff."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom, who does it, and whether to look only."""
        parser.add_argument("enrolment", help="public id of one of their enrolments, enr_…")
        parser.add_argument("--as", dest="email", required=True, help="who does it")
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *, enrolment: str, email: str, dry_run: bool, **options: object) -> None:
        """Say what goes and what stays, or what went; a refusal is one sentence."""
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        now = timezone.now()
        try:
            participant = whole_person_for(user, enrolment, "erase people").participant
            if dry_run:
                self._say_what_would_go(participant, personal_data.why_not(participant, now))
                return
            done = personal_data.erase(participant=participant, by=user.public_id, now=now)
        except Refused as no:
            raise CommandError(str(no)) from None
        for label, count in sorted(done.items()):
            self.stdout.write(f"{count:,} {label}")
        self.stdout.write("Erased. Accounts at the provider that are left to close: see To do.")

    def _say_what_would_go(self, participant: Participant, reasons: list[str]) -> None:
        for share in erasure.preview(participant):
            goes = "deleted" if share.is_deleted else ", ".join(share.goes) or "nothing"
            self.stdout.write(f"{share.model._meta.label}, {share.rows:,}: {goes}")
        for reason in reasons:
            self.stdout.write(f"Not yet: {reason}")
