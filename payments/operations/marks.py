"""A number kept outside the database: the last try to send that we know was written in it.

Tries are numbered upwards and never deleted. A database whose last number is smaller than the mark
is an older state of itself, whoever restored it: what was sent since looks unsent in it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from payments.models import Halt, SendAttempt


class OlderState(Exception):
    """The database is older than what was sent from it, so that nothing may be sent."""


def lag() -> int:
    """The mark, where the database lags behind it; 0 where it does not, or where none is kept.

    The file is read first: what is written in the meantime only adds to the database.
    """
    mark = _read()
    return mark if mark > _last_number() else 0


def check_and_keep(attempts: list[SendAttempt]) -> None:
    """Refuse to send from an older state; else move the mark on to these tries, as soon as they
    are committed and before anybody is asked."""
    if not attempts or not _file():
        return
    if lag():
        raise OlderState("The database is older than what was sent from it.")
    transaction.on_commit(partial(_raise_to, max(one.pk for one in attempts)))


def step_over(mark: int) -> None:
    """Number the next tries above a mark that was lagged behind and has been looked into."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s.name, greatest(%s, nextval(s.name)))"
            " FROM (SELECT pg_get_serial_sequence('payments_sendattempt', 'id')) AS s(name)",
            [mark],
        )


def _last_number() -> int:
    lifted = Halt.objects.exclude(lifted_at=None).aggregate(last=Max("mark"))["last"]
    return max(lifted or 0, SendAttempt.objects.aggregate(last=Max("pk"))["last"] or 0)


def _file() -> Path | None:
    return Path(settings.SEND_MARK_FILE) if settings.SEND_MARK_FILE else None


def _read() -> int:
    file = _file()
    return int(file.read_text()) if file and file.exists() else 0


def _raise_to(number: int) -> None:
    """Replace the file as a whole, so that a crash leaves the old mark or the new one."""
    file = Path(settings.SEND_MARK_FILE)
    with _alone(file):
        if number > _read():
            fresh = file.with_suffix(".new")
            with fresh.open("w") as written:
                written.write(str(number))
                written.flush()
                os.fsync(written.fileno())
            fresh.replace(file)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
