"""Real workers on a real broker, to be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection

from cashpilot.settings.base import celery_transport
from payments.providers import get_provider
from tests.payments.sending_world import start_what_is_approved

ROOT = Path(__file__).resolve().parents[3]
LEASE_SECONDS = 4


@dataclass
class Yard:
    """Workers of one broker; `hint` says "look now", as beat does."""

    broker: str
    sandbox_url: str
    folder: Path
    workers: list[subprocess.Popen] = field(default_factory=list)

    @property
    def mark(self) -> Path:
        return self.folder / "crashed"

    def worker(self, crash_at: str = "", pool: str = "solo") -> subprocess.Popen:
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
        name = f"w{len(self.workers)}-{os.getpid()}@h"
        command = [sys.executable, "-m", "celery", "-A", "cashpilot", "worker", "--pool", pool]
        options = ["--without-gossip", "--without-mingle", "--hostname", name, "--concurrency", "2"]
        include = ["--include", "tests.payments.chaos.crash_points"]
        log = (self.folder / f"{name}.log").open("wb")
        started = subprocess.Popen(
            [*command, *options, *include], cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT
        )
        self.workers.append(started)
        return started

    def hint(self) -> None:
        app = Celery(broker=self.broker)
        app.conf.task_default_queue = "cashpilot"
        app.conf.broker_transport_options = self.options()
        app.send_task("payments.send_what_is_approved", queue="sending")
        app.send_task("payments.apply_provider_events")
        app.close()

    def options(self) -> dict:
        options = celery_transport(self.broker)
        for name, folder in options.items():
            if name.endswith(("_in", "_out", "folder")):
                Path(folder).mkdir(parents=True, exist_ok=True)
        return options

    def until(self, is_so: Callable[[], bool], *, seconds: float = 60) -> bool:
        """Hint every second until it is so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if is_so():
                return True
            self.hint()
            time.sleep(1)
        return is_so()

    def end(self) -> None:
        for one in self.workers:
            one.kill()
            one.wait(20)


@pytest.fixture
def yard_of(rich_sandbox, tmp_path):
    yards = []

    def made(broker: str) -> Yard:
        yards.append(Yard(broker, rich_sandbox.base_url, tmp_path))
        start_what_is_approved(get_provider())
        return yards[-1]

    yield made
    for yard in yards:
        yard.end()
