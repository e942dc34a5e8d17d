"""The folder in which a demo keeps its data and secrets between starts; one demo holds it."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from cashpilot.runtime import processes

OUTSIDE = Path("/var/tmp")


class Home:
    """One demo's folder, which stays ours; root gives `account` the parts that programs write."""

    def __init__(self, path: Path, account: processes.Account | None):
        self.path = path
        self.account = account
        self.logs = path / "logs"
        self._lock: int | None = None

    def open(self) -> None:
        """Make the folder and hold it until this process ends; refuse while another demo does."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o755)
        self._hold()
        self.logs.mkdir(exist_ok=True)

    def folder(self, name: str, *parts: str) -> Path:
        """The folder `name` inside with its `parts`, which programs may write."""
        folder = self.path / name
        for part in (".", *parts):
            (folder / part).mkdir(parents=True, exist_ok=True)
        if self.account:
            self.account.owns(folder, *folder.rglob("*"))
        return folder

    def secrets(self, names: Mapping[str, str]) -> dict[str, str]:
        """A secret for each name, with the given beginning; made once and kept, mode 0600."""
        file = self.path / "secrets.json"
        kept = json.loads(file.read_text()) if file.exists() else {}
        made = {name: start + secrets.token_hex(32) for name, start in names.items()} | kept
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as output:
            json.dump(made, output, indent=2)
            output.truncate()
        return {name: made[name] for name in names}

    def throw_away(self) -> None:
        """Delete the folder and all that is in it; refuses while a demo holds it."""
        if self.path.exists():
            self._hold()
            shutil.rmtree(self.path)

    def _hold(self) -> None:
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode() or "unknown"
            raise SystemExit(
                f"A demo is already running from this folder (process {holder}): stop it first."
            ) from None
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        self._lock = lock


def home_in(var: Path, account: processes.Account | None) -> Home:
    """The folder `demo` in `var`, or one outside when root's `var` is closed to `account`."""
    var.mkdir(parents=True, exist_ok=True)
    if account is None or account.reaches(var):
        return Home(var / "demo", account)
    name = hashlib.sha256(str(var).encode()).hexdigest()[:8]
    return Home(OUTSIDE / f"cashpilot-demo-{name}", account)
