"""The scanner finds a secret before it is committed, and lets what is no secret be."""

import subprocess
from pathlib import Path

import pytest

from cashpilot.runtime import leaks

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("var/\n")
    return tmp_path


def write(repository, name, text):
    file = repository / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_ours_has_none():
    assert leaks.faults(REPOSITORY) == []


@pytest.mark.parametrize(
    ("secret", "what"),
    [
        ("sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc", "a live Stripe key"),
        ("rk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc", "a live Stripe key"),
        ("whsec_" + "a1B2" * 10, "a Stripe webhook secret"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
        ("AKIA" + "ABCDEFGHIJKLMNOP", "an AWS key"),
        ("ghp_" + "a1B2" * 10, "a GitHub token"),
    ],
)
def test_a_live_secret_is_found_in_any_file_by_name_and_line(repository, secret, what):
    write(repository, "docs/notes.md", f"# Notes\n\nUse {secret} for now.\n")

    assert leaks.faults(repository) == [f"docs/notes.md:3: {what}"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('SECRET_KEY = "correct-horse"', "a secret written out"),
        ("EMAIL_HOST_PASSWORD = 'correct-horse'", "a secret written out"),
        ('CACHE = "redis://app:correct-horse@cache/0"', "an address with a password"),
    ],
)
def test_a_secret_written_out_in_settings_is_found(repository, line, what):
    write(repository, "cashpilot/settings/production.py", f"import os\n{line}\n")

    assert leaks.faults(repository) == [f"cashpilot/settings/production.py:2: {what}"]


@pytest.mark.parametrize(
    "line",
    [
        'SECRET_KEY = os.environ["SECRET_KEY"]',
        'SECRET_KEY = required("SECRET_KEY", "signs sessions")',
        'LIVE_PREFIXES = ("sk_live_", "rk_live_")',
        'DATABASE = "postgresql://cashpilot@127.0.0.1:5432/cashpilot"',
    ],
)
def test_what_is_no_secret_is_let_be(repository, line):
    write(repository, "cashpilot/settings/production.py", f"{line}\n")

    assert leaks.faults(repository) == []


def test_what_git_ignores_is_not_read(repository):
    write(repository, "var/demo/secrets.json", "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc")

    assert leaks.faults(repository) == []


def test_without_git_it_says_that_it_could_not_look(tmp_path):
    assert leaks.faults(tmp_path) == [
        "This is no git checkout, so nobody can say which files are in the repository."
    ]
