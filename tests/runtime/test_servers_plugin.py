"""The servers plugin, seen from a pytest run of its own: what is set, shared, missing, counted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
OURS = ("CASHPILOT_", "DATABASE_URL", "REDIS_URL", "BROKER_URL", "RABBIT_URL", "PYTEST_", "DJANGO_")


@pytest.fixture
def pytest_run(tmp_path):
    """Runs pytest with the plugin on the given tests, outside this session unless told not to."""

    def run(tests, *arguments, inherit=False, **more):
        (tmp_path / "test_example.py").write_text(tests)
        env = {
            name: value
            for name, value in os.environ.items()
            if inherit or not name.startswith(OURS)
        }
        command = ["-m", "pytest", "-c", os.devnull, "--rootdir", tmp_path, "-p", "no:django"]
        command += ["-p", "cashpilot.runtime.pytest_servers", "-p", "no:cacheprovider", "-rA"]
        return subprocess.run(
            [sys.executable, *command, *arguments, tmp_path],
            cwd=REPOSITORY,
            env=env | more,
            capture_output=True,
            text=True,
        ).stdout

    return run


SERVERS = """
import os, psycopg
from pathlib import Path

def test_servers():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
    assert os.environ["BROKER_URL"] == os.environ["REDIS_URL"]
    print("home", os.environ["CASHPILOT_TEST_HOME"])
"""
REDIS = """
import pytest

@pytest.mark.needs("redis")
def test_redis(redis_url):
    print("url", redis_url)
"""
REDIS_TWICE = (
    REDIS
    + """
@pytest.mark.needs("redis")
def test_redis_again(redis_url):
    print("url", redis_url)
"""
)


def words_after(name, said):
    return [line.split()[1] for line in said.splitlines() if line.startswith(f"{name} ")]


def test_servers_stand_before_the_first_test_and_leave_nothing_behind(pytest_run):
    said = pytest_run(SERVERS)

    assert "private servers: Redis 0." in said
    assert "1 passed" in said
    (home,) = words_after("home", said)
    assert not Path(home).exists()


def test_a_database_that_is_set_already_is_used(pytest_run):
    said = pytest_run(
        "import os\ndef test_it(): print('url', os.environ['DATABASE_URL'])",
        DATABASE_URL="postgresql://someone@db.example/theirs",
    )

    assert words_after("url", said) == ["postgresql://someone@db.example/theirs"]
    assert "Postgres" not in said


def test_a_run_started_by_a_test_has_a_database_of_its_own_on_the_same_server(pytest_run):
    said = pytest_run(
        "import os\ndef test_it(): print('url', os.environ['DATABASE_URL'])", inherit=True
    )

    (nested,) = words_after("url", said)
    server, _, name = nested.rpartition("/")
    assert server == os.environ["DATABASE_URL"].rpartition("/")[0]
    assert name.startswith("nested_")


def test_workers_have_a_broker_of_their_own(pytest_run):
    said = pytest_run(REDIS_TWICE, "-n", "2")

    databases = {url.rpartition("/")[2] for url in words_after("url", said)}
    assert databases == {"1", "2"}


def test_a_test_fails_with_a_sentence_when_what_it_needs_is_missing(pytest_run, tmp_path):
    said = pytest_run(REDIS, PATH=str(tmp_path))

    assert "[dev] Missing: redis. The tests that need them fail" in said
    assert "1 error" in said.splitlines()[-1]


def test_only_when_asked_it_is_skipped_instead_and_counted(pytest_run, tmp_path):
    said = pytest_run(REDIS, PATH=str(tmp_path), CASHPILOT_TEST_MISSING="skip")

    assert "1 tests skipped: what they need is not on this machine" in said
    assert "1 skipped" in said.splitlines()[-1]
