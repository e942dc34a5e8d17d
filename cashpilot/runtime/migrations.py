"""Migrations that would lock a table or break the version still running.

Those in `WEB_IS_STOPPED` seal columns that an older version could not read: docs/operating.md has
them run while nothing else does.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import django
from django.apps import apps
from django_migration_linter import MigrationLinter

FOLDER = Path(__file__).resolve().parents[2]
WEB_IS_STOPPED = ["0015_sealed_people", "0024_sealed_words", "0004_sealed_readers"]


def main() -> None:
    """Look at every migration of our apps after the first, which makes tables nobody uses yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cashpilot.settings.dev")
    django.setup()
    linter = MigrationLinter(
        str(FOLDER),
        include_apps=sorted(our_apps()),
        ignore_initial_migrations=True,
        no_cache=True,
        ignore_name=WEB_IS_STOPPED,
    )
    linter.lint_all_migrations()
    sys.exit(linter.has_errors)


def our_apps() -> Iterable[str]:
    """The labels of the apps whose code is in this repository, and not in its environment."""
    return {app.label for app in apps.get_app_configs() if is_ours(Path(app.path))}


def is_ours(folder: Path) -> bool:
    return folder.is_relative_to(FOLDER) and ".venv" not in folder.parts


if __name__ == "__main__":
    main()
