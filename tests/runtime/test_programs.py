"""What the machine lacks is installed where that is allowed, and named everywhere else."""

import pytest

from cashpilot.runtime import programs


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    """A machine on which no program is found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "glob", lambda pattern: [])


def test_a_program_is_found_on_the_path(monkeypatch, tmp_path):
    (tmp_path / "redis-server").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert programs.find("redis") == tmp_path / "redis-server"


def test_a_program_is_found_in_its_usual_place(monkeypatch, bare_machine):
    monkeypatch.setattr(programs, "glob", lambda pattern: [pattern.replace("*", "17")])

    assert str(programs.find("postgresql")) == "/usr/lib/postgresql/17/bin/initdb"


def test_what_is_missing_is_named_with_the_lines_that_bring_it(bare_machine, capsys):
    programs.ensure()

    said = capsys.readouterr().out
    assert "Missing: postgresql, redis, rabbitmq, chromium, fonts, ps. The tests that need" in said
    assert "sudo apt install postgresql redis-server rabbitmq-server chromium fonts-noto" in said
    assert "brew install redis" in said


def test_an_ordinary_user_is_never_asked_to_become_root(monkeypatch):
    monkeypatch.setattr(programs.os, "geteuid", lambda: 1000)

    assert not programs.may_install()


def test_this_machine_has_all_that_the_suite_needs():
    assert programs.missing() == []
