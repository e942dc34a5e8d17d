"""Real workers on a real broker, to be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from celery import Celery
from django.db import connection

from cashpilot.settings.base import celery_transport

ROOT = Path(__file__).resolve().parents[3]
LEASE_SECONDS = 4
CRASHING = "tests.payments.chaos.crash_points"


@dataclass
class Yard:
    """Workers and beats of one broker; `hint` says "look now", as beat does."""

    broker: str
    sandbox_url: str
    folder: Path
    processes: list[subprocess.Popen] = field(default_factory=list)

    @property
    def mark(self) -> Path:
        return self.folder / "crashed"

    def worker(
        self, crash_at: str = "", pool: str = "solo", *, runs: str = CRASHING, queues: str = ""
    ) -> subprocess.Popen:
        """A worker that includes the module `runs`; of all our queues, or of `queues` alone."""
        options = ["--pool", pool, "--concurrency", "2", "--include", runs]
        if queues:
            options += ["--queues", queues]
        name = f"w{len(self.processes)}-{os.getpid()}@h"
        quiet = ["--without-gossip", "--without-mingle", "--hostname", name]
        return self._celery(name, "worker", *options, *quiet, crash_at=crash_at)

    def beat(self) -> subprocess.Popen:
        """A clock; however many tick, each thing is done once."""
        name = f"beat{len(self.processes)}"
        return self._celery(name, "beat", "--schedule", str(self.folder / name), "--pidfile=")

    def _celery(self, name: str, *arguments: str, crash_at: str = "") -> subprocess.Popen:
        database = connection.settings_dict
        address = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "cashpilot.settings.test",
            "DATABASE_URL": f"postgresql://{database['USER']}@{address}",
            "STRIPE_API_BASE": self.sandbox_url,
            "BROKER_URL": self.broker,
            "SEND_LEASE_SECONDS": str(LEASE_SECONDS),
            "CRASH_AT": crash_at,
            "CRASH_MARK": str(self.mark),
        }
        command = [sys.executable, "-m", "celery", "-A", "cashpilot", *arguments]
        with (self.folder / f"{name}.log").open("wb") as log:
            started = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT
            )
        self.processes.append(started)
        return started

    def hint(self) -> None:
        self.send("payments.send_what_is_approved", queue="sending")
        self.send("payments.apply_provider_events")

    def send(self, task: str, *arguments: int, queue: str = "cashpilot") -> None:
        with Celery(broker=self.broker) as app:
            app.conf.broker_transport_options = self.options()
            app.send_task(task, arguments, queue=queue)

    def options(self) -> dict:
        options = celery_transport(self.broker)
        for name, folder in options.items():
            if name.endswith(("_in", "_out", "folder")):
                Path(folder).mkdir(parents=True, exist_ok=True)
        return options

    def until(self, is_so: Callable[[], bool], *, seconds: float = 60, every: float = 1) -> bool:
        """Hint every so many seconds until it is so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if is_so():
                return True
            self.hint()
            time.sleep(every)
        return is_so()

    def end(self) -> None:
        for one in self.processes:
            one.kill()
            one.wait(20)
