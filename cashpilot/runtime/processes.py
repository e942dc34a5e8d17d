"""Starting and stopping our own processes: free ports, the unprivileged account, clean ends."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1

# Loaded before any fork: a child that has dropped root may not be able to read the files for it.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """The unprivileged account that root's children run as."""

    name: str
    uid: int
    gid: int

    def owns(self, *paths: Path) -> None:
        """Give `paths` to this account; a link among them is given, not what it leads to."""
        for path in paths:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Whether the account may pass through every folder that leads to `path`, and read it."""
        found = Path(path).resolve()
        return all(self._may(folder, 0o1) for folder in found.parents) and self._may(found, 0o4)

    def _may(self, path: Path, bit: int) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & bit << 6)
        if status.st_gid == self.gid:
            return bool(status.st_mode & bit << 3)
        return bool(status.st_mode & bit)


def unprivileged_account() -> Account | None:
    """Whom root's children run as; None for an ordinary user, who stays themselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise SystemExit("Running as root needs an account called postgres or nobody to drop to.")


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_port_free(port: int) -> bool:
    """Whether a server could listen on `port` of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int, question: bytes, answer: bytes) -> bool:
    """Whether the server on `port` of 127.0.0.1 answers `question` with something like `answer`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(question)
            return connection.recv(64).startswith(answer)
    except OSError:
        return False


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    output: IO | int,
    account: Account | None = None,
    when_parent_dies: signal.Signals = signal.SIGTERM,
    cwd: Path | str = "/",
) -> subprocess.Popen:
    """Start `command` in a process group of its own, tied to us: if we are killed, it is told.

    Call it from a thread that lives as long as the process should: Linux ties a child to
    the thread that made it, not to the whole process.
    """

    def tie_to_parent() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, when_parent_dies)

    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=tie_to_parent,
        **dropped_to(account),
    )


def dropped_to(account: Account | None) -> dict:
    """The arguments that make `subprocess` run a child as `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def stop(
    process: subprocess.Popen, *, by: signal.Signals = signal.SIGTERM, seconds: float = STOP_SECONDS
) -> None:
    """Ask `process` to end, wait, and end by force what is left of its group."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    end_group(process)


def stop_by_pid(pid: int, *, by: signal.Signals, seconds: float = STOP_SECONDS) -> None:
    """Ask a process that is not our child to end, wait, and end it by force if it does not."""
    deadline = time.monotonic() + seconds
    os.kill(pid, by)
    while is_alive(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def end_group(process: subprocess.Popen) -> None:
    """Kill the children that an ended `process` left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs; one that has ended and is not collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return True
    return after_name.split()[0] != "Z"
