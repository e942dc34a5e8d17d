"""A wrong setting is one sentence that says what to do; nothing starts, and no traceback shows."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "SECRET_KEY": "s" * 50,
    "PSEUDONYM_KEY": "p" * 50,
    "PERSONAL_DATA_KEYS": "2026:" + "k" * 50,
    "BLIND_INDEX_KEY": "b" * 50,
    "DATABASE_URL": "postgresql://cashpilot@db.example.org/cashpilot",
    "ALLOWED_HOSTS": "cash.example.org",
    "BROKER_URL": "redis://broker.example.org/0",
    "STRIPE_API_KEY": "rk_live_fictional",
    "STRIPE_API_BASE": "https://api.stripe.com",
    "STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_fictional_a",
    "STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_fictional_b",
    "CASHPILOT_BASE_URL": "https://cash.example.org",
}
NOTHING = dict.fromkeys(GOOD)
KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")


def check(module: str, **environment: str | None):
    """`manage.py check` with exactly this environment."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    given = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--settings", f"cashpilot.settings.{module}"],
        cwd=settings.ROOT,
        env={**kept, **given},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def sentence_of(run) -> str:
    """What a person is told: one line, and nothing else."""
    assert run.returncode == 1, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1, run.stderr
    return lines[0]


def test_production_starts_with_everything_set():
    run = check("production", **GOOD)

    assert run.returncode == 0, run.stderr
    assert "no issues" in run.stdout


@pytest.mark.parametrize("name", GOOD)
def test_production_says_which_setting_is_missing_and_what_to_do(name):
    says = sentence_of(check("production", **{**GOOD, name: None}))

    assert says.startswith(f"{name} is not set: ")
    assert says.endswith(". Set it and start again.")


def test_an_empty_setting_is_a_missing_one():
    says = sentence_of(check("production", **{**GOOD, "SECRET_KEY": ""}))

    assert says.startswith("SECRET_KEY is not set")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"DATABASE_URL": "sqlite:///cash.db"}, "DATABASE_URL must start with postgresql://"),
        ({"DATABASE_URL": "mysql://db/cash"}, "stands on PostgreSQL alone"),
        ({"BROKER_URL": "filesystem://"}, "use redis:// or amqp://"),
        ({"STRIPE_API_KEY": "rk_test_fictional"}, "use a key that starts with rk_live_"),
        ({"STRIPE_API_KEY": "sk_test_fictional"}, "STRIPE_API_KEY is not a live key"),
        ({"CASHPILOT_MODE": "demo"}, "STRIPE_API_KEY is a live key but CASHPILOT_MODE is demo"),
        ({"STRIPE_ONBOARDING_KEY": "rk_test_fictional"}, "STRIPE_ONBOARDING_KEY is not a live key"),
        ({"STRIPE_RECONCILER_KEY": "sk_test_fictional"}, "STRIPE_RECONCILER_KEY is not a live key"),
        ({"STRIPE_WEBHOOK_SECRET_PLATFORM": "whsec_a,"}, "STRIPE_WEBHOOK_SECRET_PLATFORM must be"),
        ({"STRIPE_WEBHOOK_SECRET_CONNECT": "a,b,c"}, "the old and the new one"),
        ({"CASHPILOT_MODE": "sandbox"}, "is a live key but CASHPILOT_MODE is sandbox"),
        ({"SECOND_FACTOR_REQUIRED": "0"}, "money roles take a second step at sign-in"),
        (
            {"CASHPILOT_MODE": "demo", "STRIPE_API_KEY": "rk_test_fictional"},
            "CASHPILOT_MODE=demo has doors without a password",
        ),
        ({"CASHPILOT_MODE": "party"}, "choose one of demo, test, sandbox, live"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:12111"}, "needs DEBUG off and STRIPE_API_BASE="),
        ({"STRIPE_LOG": "debug"}, "STRIPE_LOG prints personal data to the console: unset it."),
        ({"PSEUDONYM_KEY": "short"}, "PSEUDONYM_KEY is too short: use at least 32"),
        ({"BLIND_INDEX_KEY": "short"}, "BLIND_INDEX_KEY is too short: use at least 32"),
        ({"PERSONAL_DATA_KEYS": "short"}, "PERSONAL_DATA_KEYS must be such as 2026:secret"),
        ({"PERSONAL_DATA_KEYS": "2026:short"}, "PERSONAL_DATA_KEYS is too short: the key “2026”"),
        (
            {"PERSONAL_DATA_KEYS": f"a:{'k' * 50},a:{'l' * 50}"},
            "PERSONAL_DATA_KEYS must be such as 2026:secret",
        ),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else "",
)
def test_production_refuses_what_would_be_unsafe(wrong, says):
    assert says in sentence_of(check("production", **{**GOOD, **wrong}))


@pytest.mark.parametrize("mode", ["demo", "test", "sandbox"])
@pytest.mark.parametrize("key", ["sk_live_fictional", "rk_live_fictional"])
def test_a_live_key_is_refused_wherever_no_real_money_moves(mode, key):
    says = sentence_of(check("dev", CASHPILOT_MODE=mode, STRIPE_API_KEY=key))

    assert says.startswith(f"STRIPE_API_KEY is a live key but CASHPILOT_MODE is {mode}")
    assert key not in says


def test_a_developers_machine_refuses_to_be_live_with_debug_on():
    says = sentence_of(
        check(
            "dev",
            CASHPILOT_MODE="live",
            STRIPE_API_KEY="rk_live_fictional",
            STRIPE_API_BASE="https://api.stripe.com",
            DEBUG="1",
        )
    )

    assert "DEBUG off" in says


def test_a_developers_machine_needs_no_setting_at_all():
    assert check("dev", **NOTHING).returncode == 0


def test_a_secret_is_never_repeated_in_the_sentence():
    for name in ("STRIPE_API_KEY", "DATABASE_URL"):
        wrong = {**GOOD, name: "a-secret-that-was-pasted-in-the-wrong-place"}

        assert "a-secret" not in sentence_of(check("production", **wrong))
