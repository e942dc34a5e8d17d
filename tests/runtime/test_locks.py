"""Locks: in step with what is asked for, held by hashes, and naming no index."""

from pathlib import Path

import pytest

from cashpilot.runtime import locks

REPOSITORY = Path(__file__).resolve().parents[2]
HASH = " \\\n    --hash=sha256:0123\n"


@pytest.fixture
def folder(tmp_path):
    """Two locks that are in step."""
    (tmp_path / "requirements.in").write_text("Django>=5.2,<5.3  # LTS\ncelery[redis]>=5.6\n")
    (tmp_path / "requirements-dev.in").write_text("-r requirements.in\npytest>=9  # tests\n")
    production = f"# made by uv\ndjango==5.2.19{HASH}    # via x\ncelery[redis]==5.7.0{HASH}"
    (tmp_path / "requirements.txt").write_text(production)
    (tmp_path / "requirements-dev.txt").write_text(f"{production}pytest==9.2.0{HASH}")
    return tmp_path


def append(file, text):
    file.write_text(file.read_text() + text)


def test_ours_are_in_step():
    assert locks.faults(REPOSITORY) == []


def test_locks_in_step_have_no_fault(folder):
    assert locks.faults(folder) == []


def test_a_name_that_is_not_locked_is_a_fault(folder):
    append(folder / "requirements.in", "stripe==16.1.*\n")

    assert locks.faults(folder) == [
        "requirements.txt: stripe is asked for and not locked; run ./dev lock",
        "requirements-dev.txt: stripe is asked for and not locked; run ./dev lock",
    ]


def test_a_release_outside_its_range_is_a_fault(folder):
    append(folder / "requirements-dev.in", "pytest<9\n")

    assert locks.faults(folder) == [
        "requirements-dev.txt: pytest 9.2.0 is outside <9; run ./dev lock"
    ]


def test_a_release_without_a_hash_is_a_fault(folder):
    append(folder / "requirements-dev.txt", "ruff==0.15.0\n    # via x\n")

    assert locks.faults(folder) == ["requirements-dev.txt: ruff has no hash"]


def test_an_index_address_is_a_fault(folder):
    append(folder / "requirements.txt", "--extra-index-url=https://index.example/simple\n")

    assert locks.faults(folder) == ["requirements.txt names an index"]


def test_testing_another_release_than_production_runs_is_a_fault(folder):
    file = folder / "requirements-dev.txt"
    file.write_text(file.read_text().replace("5.2.19", "5.2.18"))

    assert locks.faults(folder) == [
        "django 5.2.19 is locked for production and not for development; run ./dev lock"
    ]
