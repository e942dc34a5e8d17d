"""Keeping several programs running together: started, watched, started again, stopped in order."""

import http.client
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cashpilot.runtime import processes

FIRST_PAUSE_SECONDS = 1
LONGEST_PAUSE_SECONDS = 30
STEADY_SECONDS = 60
HTTP_TIMEOUT_SECONDS = 5
TROUBLE = re.compile(
    r"\b(WARNING|ERROR|CRITICAL|FATAL|PANIC)\b"
    r'|"level": ?"(warning|error|critical)"'
    r"|^Traceback "
)


class Server(Protocol):
    """What can be supervised: a `Child` here, or a private PostgreSQL."""

    def start(self) -> object: ...
    def is_running(self) -> bool: ...
    def stop(self) -> None: ...


class Child:
    """One program of ours, whose words go to a log file, so that they never hold it up."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path,
        account: processes.Account | None = None,
    ):
        self.command = command
        self.log = log
        self.process: subprocess.Popen | None = None
        self._env, self._cwd, self._account = env, cwd, account

    def start(self) -> "Child":
        with self.log.open("ab") as output:
            self.process = processes.start(
                self.command, env=self._env, output=output, cwd=self._cwd, account=self._account
            )
        return self

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def run(self) -> int:
        """Run the program to its end; returns its exit code."""
        self.start()
        try:
            return self.process.wait()
        finally:
            self.stop()

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process)


@dataclass
class Watched:
    """A server under supervision: when it ends it is started again, after longer pauses."""

    name: str
    server: Server
    log: "LogTail"
    ends: int = 0
    started_at: float = 0.0
    restart_at: float | None = field(default=None, repr=False)

    def start(self, *, now: float) -> None:
        self.started_at, self.restart_at = now, None
        self.server.start()

    def look(self, *, now: float) -> str:
        """Start the server again when it is time; returns what a person should know, or nothing."""
        if self.restart_at is not None:
            if now >= self.restart_at:
                self.start(now=now)
            return ""
        if self.server.is_running():
            return ""
        self.ends = 1 if now - self.started_at > STEADY_SECONDS else self.ends + 1
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (self.ends - 1), LONGEST_PAUSE_SECONDS)
        self.restart_at = now + pause
        return f"ended by itself; it is started again in {pause} s (log: {self.log.path})"


class LogTail:
    """Reads what was added to a log file since the last time."""

    def __init__(self, path: Path):
        self.path = path
        self._position = path.stat().st_size if path.exists() else 0
        self._in_traceback = False

    def skip(self) -> None:
        """Pass over what was added until now."""
        self._position = self.path.stat().st_size

    def new_lines(self) -> Iterator[str]:
        """The whole lines that were added."""
        if not self.path.exists():
            return
        with self.path.open("rb") as log:
            log.seek(self._position)
            added, newline, _ = log.read().rpartition(b"\n")
        self._position += len(added) + len(newline)
        yield from added.decode(errors="replace").splitlines()

    def new_troubles(self) -> Iterator[str]:
        """The lines among them that are warnings or errors, with the whole of each traceback."""
        for line in self.new_lines():
            is_trouble = bool(TROUBLE.search(line))
            if is_trouble or self._in_traceback:
                yield line
            continues = self._in_traceback and line.startswith((" ", "\t"))
            self._in_traceback = continues or line.startswith("Traceback ")


def stop_all(watched: Sequence[Watched]) -> None:
    """Stop every server, the last started first."""
    for one in reversed(watched):
        one.server.stop()


def status_of(port: int, path: str) -> int | None:
    """The HTTP status that 127.0.0.1 gives for `path`; None when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HTTP_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
