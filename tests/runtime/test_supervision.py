"""Supervision: what ends is started again, more and more slowly; troubles are shown whole."""

import os
import sys

import pytest

from cashpilot.runtime.supervision import (
    LONGEST_PAUSE_SECONDS,
    STEADY_SECONDS,
    Child,
    LogTail,
    Watched,
    status_of,
    stop_all,
)


class Lamp:
    """A server without a process: on or off, and how often it was lit."""

    def __init__(self, journal=None):
        self.is_on, self.starts, self.journal = False, 0, journal if journal is not None else []

    def start(self):
        self.is_on, self.starts = True, self.starts + 1

    def is_running(self):
        return self.is_on

    def stop(self):
        self.is_on = False
        self.journal.append(self)


@pytest.fixture
def watched(tmp_path):
    watched = Watched("lamp", Lamp(), LogTail(tmp_path / "lamp.log"))
    watched.start(now=0)
    return watched


def test_what_runs_is_left_alone(watched):
    assert watched.look(now=1) == ""
    assert watched.server.starts == 1


def test_what_ended_is_started_again_after_a_pause_and_a_word(watched):
    watched.server.is_on = False

    assert watched.look(now=5).startswith("ended by itself; it is started again in 1 s (log: ")
    assert watched.look(now=5.5) == ""
    assert watched.server.starts == 1

    watched.look(now=6)

    assert watched.server.starts == 2


def test_pauses_grow_until_it_runs_steadily(watched):
    pauses = []
    now = 0
    for _ in range(8):
        watched.server.is_on = False
        now += 1
        watched.look(now=now)
        pauses.append(watched.restart_at - now)
        now = watched.restart_at
        watched.look(now=now)

    assert pauses == [1, 2, 4, 8, 16, *[LONGEST_PAUSE_SECONDS] * 3]

    watched.server.is_on = False
    now += STEADY_SECONDS + 1
    watched.look(now=now)

    assert watched.restart_at - now == 1


def test_the_last_started_is_the_first_stopped(tmp_path):
    journal = []
    lamps = [Lamp(journal) for _ in range(3)]

    stop_all([Watched("lamp", lamp, LogTail(tmp_path / "log")) for lamp in lamps])

    assert journal == lamps[::-1]


def test_a_child_writes_to_its_log_and_ends_with_its_code(tmp_path):
    child = Child(
        [sys.executable, "-c", "print('hello'); raise SystemExit(3)"],
        log=tmp_path / "child.log",
        env=os.environ,
        cwd=tmp_path,
    )

    assert child.run() == 3
    assert child.log.read_text() == "hello\n"
    assert not child.is_running()


def test_a_tail_tells_each_whole_line_once(tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    tail = LogTail(log)

    with log.open("a") as output:
        output.write("one\ntwo\nthr")
    first = list(tail.new_lines())
    with log.open("a") as output:
        output.write("ee\n")

    assert first == ["one", "two"]
    assert list(tail.new_lines()) == ["three"]


def test_only_troubles_are_shown_with_the_whole_of_a_traceback(tmp_path):
    log = tmp_path / "log"
    tail = LogTail(log)
    log.write_text(
        "all is well\n"
        '{"event": "task done", "level": "info"}\n'
        '{"event": "slow", "level": "warning"}\n'
        "[2026-03-01: WARNING/MainProcess] careful\n"
        "Traceback (most recent call last):\n"
        '  File "a.py", line 1\n'
        "ValueError: wrong\n"
        "all is well again\n"
    )

    assert list(tail.new_troubles()) == [
        '{"event": "slow", "level": "warning"}',
        "[2026-03-01: WARNING/MainProcess] careful",
        "Traceback (most recent call last):",
        '  File "a.py", line 1',
        "ValueError: wrong",
    ]


def test_nobody_at_a_port_has_no_status():
    assert status_of(1, "/") is None
