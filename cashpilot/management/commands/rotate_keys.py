"""Seal personal data under the key that writes now; to be interrupted and run again at will."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cashpilot.core import rotation
from cashpilot.core.encryption import current_key
from cashpilot.core.privacy import our_models


class Command(BaseCommand):
    help = "Seal everything personal under the first of PERSONAL_DATA_KEYS, some rows at a time."

    def add_arguments(self, parser: CommandParser) -> None:
        """Look only; or make the indexes anew, after another BLIND_INDEX_KEY."""
        parser.add_argument("--check", action="store_true", help="only say what is to be done")
        parser.add_argument("--indexes", action="store_true", help="make the blind indexes anew")

    def handle(self, *, check: bool, indexes: bool, **options: object) -> None:
        """Say what is lost, what is to be done, and how far it is."""
        models = our_models()
        in_use = rotation.keys_in_use(models)
        self._refuse_without(in_use - set(settings.PERSONAL_DATA_KEYS))
        waiting = sum(map(rotation.out_of_step, models))
        self.stdout.write(f"“{current_key()}” writes; {waiting:,} rows are not sealed with it.")
        if check:
            return
        self._go_through(rotation.reseal(models), waiting)
        if indexes:
            self._go_through(rotation.reindex(models), 0)
        idle = sorted(rotation.keys_in_use(models) - {current_key()})
        self.stdout.write(
            f"Still in use: {', '.join(idle)}. Run this again."
            if idle
            else "No other key is in use here. Keep the old ones for as long as you keep backups."
        )

    def _refuse_without(self, lost: set[str]) -> None:
        if lost:
            raise CommandError(
                f"PERSONAL_DATA_KEYS does not name {', '.join(sorted(lost))}, which opens what is "
                "in the database. Put it back, behind the others, and start again."
            )

    def _go_through(self, batches: Iterable[tuple[Any, int]], waiting: int) -> None:
        done = 0
        for model, rows in batches:
            done += rows
            of = f" of {waiting:,}" if waiting else ""
            self.stdout.write(f"{done:,}{of} rows, now {model._meta.verbose_name}")
