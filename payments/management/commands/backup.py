import json
from datetime import UTC, datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from payments.operations import backups


class Command(BaseCommand):
    help = "Write the whole database into one file, and beside it what the file is."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, file, **options):
        try:
            written = backups.back_up(file=file, by="command line", now=datetime.now(UTC))
        except backups.CannotBackUp as no:
            raise CommandError(str(no)) from None
        self.stdout.write(json.dumps(written, indent=1))
        self.stdout.write(f"{file} is written. Keep it where the database is not.")
