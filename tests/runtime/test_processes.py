"""Processes of ours: ports, the unprivileged account, and ends that leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time

from cashpilot.runtime import processes

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def start(command):
    return processes.start(command, env=os.environ, output=subprocess.DEVNULL)


def wait_until(happened, seconds=10):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_port_that_someone_listens_on_is_not_free():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        assert not processes.is_port_free(port)

    assert processes.is_port_free(port)


def test_a_stopped_process_is_gone():
    process = start(SLEEP)

    processes.stop(process)

    assert process.returncode == -signal.SIGTERM
    assert not processes.is_alive(process.pid)


def test_a_process_that_does_not_listen_is_ended_by_force():
    deaf = start(["sh", "-c", "trap '' TERM; while true; do sleep 0.05; done"])
    time.sleep(0.2)

    processes.stop(deaf, seconds=0.3)

    assert deaf.returncode == -signal.SIGKILL


def test_stopping_a_process_ends_the_children_it_left(tmp_path):
    note = tmp_path / "child"
    careless = start(["sh", "-c", f"sleep 60 & echo $! > {note}; exit 0"])
    careless.wait()
    child = int(note.read_text())

    processes.stop(careless)

    wait_until(lambda: not processes.is_alive(child))


def test_a_process_goes_with_its_killed_parent(tmp_path):
    note = tmp_path / "child"
    parent = f"""
import os, pathlib, subprocess, time
from cashpilot.runtime import processes
child = processes.start({SLEEP!r}, env=os.environ, output=subprocess.DEVNULL)
pathlib.Path({str(note)!r}).write_text(str(child.pid))
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", parent])
    wait_until(lambda: note.exists() and note.read_text())

    parent.kill()
    parent.wait()

    wait_until(lambda: not processes.is_alive(int(note.read_text())))


def test_the_account_reaches_what_is_open_to_all_and_no_more(tmp_path):
    nobody = processes.Account("nobody", 65534, 65534)
    tmp_path.chmod(0o700)
    (tmp_path / "code").touch()

    assert nobody.reaches("/usr/bin/env")
    assert not nobody.reaches(tmp_path / "code")
