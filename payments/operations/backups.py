"""The whole database into one file, and back into an empty one, where nothing is sent at first."""

import hashlib
import json
import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from payments.models import Halt, SendAttempt
from payments.operations.halts import place_halt

Manifest = dict[str, Any]


class CannotBackUp(Exception):
    """The file or the database is not as it must be; says what to do."""


def back_up(*, file: Path, by: str, now: datetime) -> Manifest:
    """Write the database into `file` in PostgreSQL's custom format, and what it is into
    `file`.json: when and by whom it was made, migrations, the last try to send, its SHA-256."""
    if file.exists():
        raise CannotBackUp(f"{file} exists already. Give a name that does not.")
    part = file.with_name(f"{file.name}.part")
    part.touch(mode=0o600)
    last = SendAttempt.objects.order_by("-pk").values_list("pk", flat=True).first()
    _run("pg_dump", "--format=custom", f"--file={part}")
    written = {
        "made_at": now.isoformat(timespec="seconds"),
        "made_by": by,
        "last_try": last or 0,
        "migrations": _migrations(),
        "bytes": part.stat().st_size,
        "sha256": _sha256_of(part),
    }
    _manifest_of(file).write_text(json.dumps(written, indent=1))
    part.replace(file)
    return written


def restore(*, file: Path, by: str, now: datetime) -> Halt:
    """Fill the empty database from `file`, bring it to this version's migrations, and halt all
    sending, whatever became of the payments since."""
    if not file.exists():
        raise CannotBackUp(f"There is no {file}.")
    _check_whole(file)
    if connection.introspection.table_names():
        raise CannotBackUp("This database is not empty. Create a new one and restore into that.")
    connections.close_all()
    _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(file))
    call_command("migrate", verbosity=0)
    return place_halt(reason=Halt.Reason.RESTORED, by=by, now=now)


def _check_whole(file: Path) -> None:
    if not _manifest_of(file).exists():
        raise CannotBackUp(f"{_manifest_of(file)} is missing: it says what the file must be.")
    said = json.loads(_manifest_of(file).read_text())
    if _sha256_of(file) != said["sha256"]:
        raise CannotBackUp(f"{file} is not what was written: its SHA-256 differs.")


def _manifest_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def _migrations() -> list[str]:
    return sorted(".".join(one) for one in MigrationRecorder(connection).applied_migrations())


def _sha256_of(file: Path) -> str:
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def _run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs on our database; the password goes by the environment."""
    database = connection.settings_dict
    known = {
        "PGHOST": database["HOST"],
        "PGPORT": str(database["PORT"] or ""),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGSSLMODE": str(database["OPTIONS"].get("sslmode", "")),
    }
    done = subprocess.run(
        [_path_of(program), f"--dbname={database['NAME']}", *arguments],
        env=os.environ | {name: value for name, value in known.items() if value},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotBackUp(done.stderr.strip() or f"{program} ended with {done.returncode}.")


def _path_of(program: str) -> str:
    folder = settings.POSTGRES_PROGRAMS
    found = str(Path(folder) / program) if folder else shutil.which(program)
    if not found or not Path(found).exists():
        raise CannotBackUp(f"{program} was not found: install PostgreSQL's client programs.")
    said = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        server = cursor.fetchone()[0]
    if f" {server}." not in said:
        raise CannotBackUp(
            f"The server is PostgreSQL {server}, and this is {said.strip()}: name the folder with "
            "the server's own programs in CASHPILOT_PG_BIN."
        )
    return found
