from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from payments.operations import backups


class Command(BaseCommand):
    help = "Fill an empty database from a backup. Nothing is sent from it until two people say so."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, file, **options):
        try:
            halt = backups.restore(file=file, by="command line", now=timezone.now())
        except backups.CannotBackUp as no:
            raise CommandError(str(no)) from None
        self.stdout.write("The database is restored, and sending is halted. Now:")
        moment = halt.known_until.isoformat(timespec="seconds")
        self.stdout.write(f"1. python manage.py reconcile --since {moment}")
        self.stdout.write("2. Close each difference it shows: payments, matching.")
        self.stdout.write("3. Two people lift the halt: payments, health.")
