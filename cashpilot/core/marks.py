"""A number kept in a file, apart from the database, that only goes up."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def read_mark(file: Path) -> int:
    """The number in the file; 0 where there is no file yet."""
    return int(file.read_text()) if file.exists() else 0


def raise_mark(file: Path, number: int) -> None:
    """Keep the larger of this number and the one in the file. The file is replaced as a whole, so
    that a crash leaves one or the other."""
    with _alone(file):
        if number > read_mark(file):
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
