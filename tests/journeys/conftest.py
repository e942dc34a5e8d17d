"""A running installation: web, a real worker, a real beat, a real broker, the sandbox over HTTP."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from cashpilot.core.models import User
from tests.journeys.visitor import PASSWORD, Visitor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def site(live_server, settings, sandbox):
    """The address of the site, which knows the sandbox and is told of everything by webhook."""
    settings.STRIPE_API_BASE = sandbox.base_url
    settings.BASE_URL = live_server.url
    for endpoint in ("platform", "connect"):
        sandbox.add_webhook(
            f"{live_server.url}/api/v1/webhooks/stripe/{endpoint}/",
            settings.STRIPE_WEBHOOK_SECRETS[endpoint],
            connect=endpoint == "connect",
        )
    sandbox.set_float("gbp", 100_000_000)
    return live_server.url


@pytest.fixture
def clockwork(site, sandbox, tmp_path):
    """A Celery worker and a beat of their own, on the broker and the test database."""
    database = connection.settings_dict
    address = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cashpilot.settings.test",
        "DATABASE_URL": f"postgresql://{database['USER']}@{address}",
        "STRIPE_API_BASE": sandbox.base_url,
    }
    celery = [sys.executable, "-m", "celery", "-A", "cashpilot"]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "INFO"]
    beat = [*celery, "beat", "--schedule", str(tmp_path / "schedule"), "--pidfile="]
    log = (tmp_path / "clockwork.log").open("wb")
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
        for command in (
            [*worker, "--without-gossip", "--without-mingle", "--hostname", f"t{os.getpid()}@h"],
            beat,
        )
    ]
    yield tmp_path / "clockwork.log"
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(20)


@pytest.fixture
def staff(site):
    """Sign in as a member of staff, by email, through the form; make them first if need be."""

    def signed_in(email: str, **fields) -> Visitor:
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, PASSWORD, **fields)
        return Visitor(site).sign_in(email)

    return signed_in
