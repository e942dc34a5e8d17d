"""`./dev demo` as its user sees it: refusals that start nothing, a start, a clean stop."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cashpilot.runtime import processes
from cashpilot.runtime.pytest_servers import an_open_folder
from cashpilot.runtime.supervision import status_of

REPOSITORY = Path(__file__).resolve().parents[2]
OF_THIS_RUN = ("CASHPILOT_", "DATABASE_URL", "BROKER_URL", "PYTEST_", "DJANGO_", "STRIPE_")
START_SECONDS = 180
STOP_SECONDS = 30
WORKER = "celery -A cashpilot worker"


class Demo:
    """One `./dev demo`, started on data in `var`, and the lines it has said so far."""

    def __init__(self, var, *arguments, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith(OF_THIS_RUN)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cashpilot.demo.supervisor", "--no-browser", *arguments],
            cwd=REPOSITORY,
            env=env | {"CASHPILOT_VAR": str(var)} | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def end(self):
        """Wait for the end; returns the exit code and all that was said."""
        code = self.process.wait(START_SECONDS)
        self._reader.join(STOP_SECONDS)
        return code, self.lines

    def wait_for(self, beginning):
        """Wait for a line that starts so, and return it."""
        wait_until(lambda: self._said(beginning) or self.process.poll() is not None, START_SECONDS)
        assert self._said(beginning), "\n".join(self.lines)
        return self._said(beginning)

    def _said(self, beginning):
        return next((line for line in self.lines if line.startswith(beginning)), None)


def wait_until(happened, seconds):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def descendants(pid):
    """The ids of all processes below `pid`, by their command."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    children = [(int(child), args) for child, parent, args in rows if int(parent) == pid]
    return dict(children) | {
        child: args for one, _ in children for child, args in descendants(one).items()
    }


@pytest.fixture(scope="module")
def var():
    """Data that all the demos below start on, one after another."""
    with an_open_folder() as folder:
        yield folder


@pytest.fixture
def running(var):
    demo = Demo(var)
    try:
        demo.wait_for("Ready: ")
        yield demo
    finally:
        demo.process.kill()
        demo.end()


def test_a_live_key_is_refused_and_nothing_is_started(home):
    code, said = Demo(home / "var", STRIPE_API_KEY="rk_live_1").end()

    assert code == 1
    assert said == [
        "STRIPE_API_KEY is a live key, and the demo never touches real money:"
        " unset it, or use a test key. Nothing was started."
    ]
    assert not (home / "var").exists()


def test_a_taken_port_is_refused_by_name_and_nothing_is_started(home):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])

        code, said = Demo(home / "var", "--port", port).end()

    assert code == 1
    assert said == [
        f"Port {port} is taken: choose another with --port, or leave it out. Nothing was started."
    ]
    assert not (home / "var" / "demo").exists()


def test_nothing_is_thrown_away_without_a_yes(home):
    kept = home / "var" / "demo" / "secrets.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")

    code, said = Demo(home / "var", "--throw-away").end()

    assert code == 1
    assert said == ["Nobody can be asked here: add --yes to delete the demo's data."]
    assert kept.exists()

    code, said = Demo(home / "var", "--throw-away", "--yes").end()

    assert code == 0
    assert not kept.exists()


def test_once_it_starts_looks_and_stops(var):
    port = processes.free_port()

    code, said = Demo(var, "--once", "--port", str(port)).end()

    assert code == 0, "\n".join(said)
    assert said[-1] == f"Ready: http://127.0.0.1:{port}/"
    assert status_of(port, "/livez") is None


def test_killed_it_takes_every_process_along(running):
    below = descendants(running.process.pid)
    assert len(below) >= 5

    running.process.kill()

    wait_until(lambda: not any(map(processes.is_alive, below)), STOP_SECONDS)


def test_started_after_that_it_serves_mends_itself_and_stops_when_it_is_told(running):
    port = int(running.wait_for("Ready: ").rstrip("/").rpartition(":")[2])
    below = descendants(running.process.pid)
    (worker,) = (pid for pid, args in below.items() if WORKER in args)

    assert status_of(port, "/readyz") == 200

    os.kill(worker, signal.SIGKILL)
    running.wait_for("worker   | ended by itself; it is started again in 1 s")
    wait_until(lambda: any(WORKER in args for args in new_below(running, below)), 30)

    below |= descendants(running.process.pid)
    running.process.send_signal(signal.SIGTERM)
    code, said = running.end()

    assert (code, said[-1]) == (0, "Stopping …")
    assert [args for pid, args in below.items() if processes.is_alive(pid)] == []


def new_below(demo, known):
    now = descendants(demo.process.pid)
    return [args for pid, args in now.items() if pid not in known]
