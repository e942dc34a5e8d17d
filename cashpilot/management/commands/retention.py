"""Let go of what is past its time, or say what that would be."""

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from cashpilot import personal_data
from cashpilot.core import retention


class Command(BaseCommand):
    help = "Erase what is past its time, as docs/data-register.md says; beat does it every day."

    def add_arguments(self, parser: CommandParser) -> None:
        """One option: look, and change nothing."""
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *, dry_run: bool, **options: object) -> None:
        """One line for each kind of thing; people are named by id, with why they have to wait."""
        now = timezone.now()
        if dry_run:
            self._say_what_would_go(now)
            return
        done = personal_data.keep_to_the_terms(by="command", now=now)
        for label, count in sorted(done.items()):
            self.stdout.write(f"{count:,} {label}")
        if not done:
            self.stdout.write("Nothing is past its time.")

    def _say_what_would_go(self, now) -> None:
        for model, rows in retention.past_their_time(now).items():
            self.stdout.write(f"{rows.count():,} {model._meta.label}")
        for participant in personal_data.over_their_time(now):
            reasons = personal_data.why_not(participant, now)
            says = f"has to wait. {' '.join(reasons)}" if reasons else "would be erased."
            self.stdout.write(f"{participant.public_id} {says}")
