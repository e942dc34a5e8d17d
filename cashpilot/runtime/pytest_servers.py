"""The pytest plugin that brings real servers, loaded with `-p` to act before Django is set up.

* PostgreSQL and Redis start at once (under a second), and end with the session.
* RabbitMQ takes seconds, so the first test that needs it starts it; keep such tests in one file,
  which one worker runs.
* A test says what it needs: `@pytest.mark.needs("redis")`, `"rabbitmq"` or `"chromium"`. Where that
  is missing the test fails with a sentence; `CASHPILOT_TEST_MISSING=skip` skips it and counts it.
* `DATABASE_URL`, `REDIS_URL`, `BROKER_URL` and `RABBIT_URL` hold the addresses; one that is set
  already is used, and nothing is started in its place.
* xdist workers share the servers; each has its own databases, in PostgreSQL and in Redis.
"""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cashpilot.runtime import programs
from cashpilot.runtime.postgres import Postgres
from cashpilot.runtime.rabbitmq import RabbitMQ
from cashpilot.runtime.redis import Redis

SESSION = "CASHPILOT_TEST_SESSION"
HOME = "CASHPILOT_TEST_HOME"
MISSING = "not on this machine (CASHPILOT_TEST_MISSING=skip)"
seconds: dict[str, float] = {}


def bring_servers() -> None:
    """Give this process its servers.

    1. The session's first process starts them and says where they are.
    2. A worker of xdist shares them, with a broker database of its own.
    3. A pytest run started by a test shares them too, with a test database of its own.
    """
    if SESSION not in os.environ:
        begin_session()
    elif os.getppid() == int(os.environ[SESSION]) and "PYTEST_XDIST_WORKER" in os.environ:
        share_as_worker(os.environ["PYTEST_XDIST_WORKER"])
    else:
        share_as_nested_run()


def begin_session() -> None:
    home = Path(tempfile.mkdtemp(prefix="cashpilot-test-"))
    home.chmod(0o755)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ[SESSION] = str(os.getpid())
    os.environ[HOME] = str(home)
    os.environ.setdefault("CASHPILOT_VAR", str(home / "var"))
    os.environ.setdefault("CASHPILOT_BROKER_DIR", str(home / "broker"))
    if "REDIS_URL" not in os.environ and programs.find("redis"):
        os.environ["REDIS_URL"] = started(Redis(home / "redis")).url()
    if "DATABASE_URL" not in os.environ:
        postgres = started(Postgres(home / "postgres", durable=False, prefer_installed=True))
        os.environ["DATABASE_URL"] = postgres.url("cashpilot")
        postgres.create_database("cashpilot")
    os.environ.setdefault("BROKER_URL", os.environ.get("REDIS_URL", "filesystem://"))


def share_as_worker(worker: str) -> None:
    """Keep this worker's messages apart from those of the others."""
    number = int(worker.removeprefix("gw")) + 1
    os.environ["CASHPILOT_BROKER_DIR"] += f"-{worker}"
    for name in ("REDIS_URL", "BROKER_URL"):
        if os.environ.get(name, "").startswith("redis://127.0.0.1"):
            os.environ[name] = f"{os.environ[name].rpartition('/')[0]}/{number}"


def share_as_nested_run() -> None:
    """Keep this run's test database apart from the one of the test that started it."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    os.environ["DATABASE_URL"] = f"{server}/nested_{os.getpid()}"


def started(server):
    """Start `server`, stop it when this process ends, and remember how long the start took."""
    began = time.monotonic()
    atexit.register(server.stop)
    server.start()
    seconds[type(server).__name__] = time.monotonic() - began
    return server


def provide(program: str) -> None:
    """See that `program` can be used by the test about to run, or fail or skip the test."""
    if programs.find(program) is None:
        if os.environ.get("CASHPILOT_TEST_MISSING") == "skip":
            pytest.skip(f"{program} is {MISSING}")
        pytest.fail(programs.advice([programs.named(program)]), pytrace=False)
    if program == "rabbitmq" and "RABBIT_URL" not in os.environ:
        home = Path(tempfile.mkdtemp(prefix="rabbitmq-", dir=os.environ[HOME]))
        os.environ["RABBIT_URL"] = started(RabbitMQ(home)).url()


def needs_of(item: pytest.Item) -> set[str]:
    return {program for marker in item.iter_markers("needs") for program in marker.args}


@contextmanager
def an_open_folder() -> Iterator[Path]:
    """A folder that root's servers may reach as the account they drop to; pytest's are closed."""
    folder = Path(tempfile.mkdtemp(prefix="cashpilot-open-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Where a private server or a demo of one test keeps its data."""
    with an_open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def redis_url() -> str:
    """The address of a real Redis, for a test marked `needs("redis")`."""
    provide("redis")
    return os.environ["REDIS_URL"]


@pytest.fixture(scope="session")
def rabbit_url() -> str:
    """The address of a real RabbitMQ, for a test marked `needs("rabbitmq")`."""
    provide("rabbitmq")
    return os.environ["RABBIT_URL"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(program, …): the test needs redis, rabbitmq or chromium on the machine."
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for program in sorted(needs_of(item)):
        provide(program)


def pytest_report_header() -> str:
    times = ", ".join(f"{name} {taken:.1f} s" for name, taken in seconds.items())
    return f"private servers: {times or 'none started, the given addresses are used'}"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Never skip silently: say how many tests a missing program cost."""
    skipped = terminalreporter.stats.get("skipped", [])
    lost = [report for report in skipped if MISSING in str(report.longrepr)]
    if lost:
        terminalreporter.write_line(f"{len(lost)} tests skipped: what they need is {MISSING}")


bring_servers()
