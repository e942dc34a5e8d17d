"""Reading the environment: a missing or wrong setting is one sentence that says what to do."""

import os
import re

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

LIVE_PREFIXES = ("sk_live_", "rk_live_")
STRIPE_HOST = "https://api.stripe.com"
SHORTEST_SECRET = 32
KEY_ID = re.compile(r"[a-z0-9-]{1,20}")
MODES = ("demo", "test", "sandbox", "live")


def required(name: str, what_for: str) -> str:
    """The variable `name`, or a refusal to start that says what it is for."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {what_for}. Set it and start again.")
    return value


def long_secret(name: str, what_for: str) -> str:
    """A required secret that is too long to be guessed."""
    value = required(name, what_for)
    if len(value.encode()) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"{name} is too short: use at least {SHORTEST_SECRET} random characters."
        )
    return value


def keys(name: str, default: str = "") -> dict[str, str]:
    """Keys for personal data by their ids, as `new:secret,old:secret`; the first one writes.

    Without any of them nobody's name can be read again, so a key is never replaced unasked.
    """
    given = os.environ.get(name, "") or default or required(name, "it seals personal data")
    found: dict[str, str] = {}
    for one in given.split(","):
        key_id, colon, secret = one.strip().partition(":")
        if not (colon and KEY_ID.fullmatch(key_id)) or key_id in found:
            raise ImproperlyConfigured(
                f"{name} must be such as 2026:secret or 2027:secret,2026:secret, the one that "
                "writes first: each id once, of small letters, digits and dashes."
            )
        if len(secret.encode()) < SHORTEST_SECRET:
            raise ImproperlyConfigured(
                f"{name} is too short: the key “{key_id}” needs at least {SHORTEST_SECRET} random "
                "characters."
            )
        found[key_id] = secret
    return found


def database(url: str) -> dict:
    """Django's settings for a PostgreSQL address; any other engine is refused."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(
            "DATABASE_URL must start with postgresql://: cashpilot stands on PostgreSQL alone."
        )
    found = dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
    found["OPTIONS"] = {
        "options": "-c lock_timeout=5000 -c idle_in_transaction_session_timeout=60000"
    }
    return found


def mode(default: str) -> str:
    """How this installation treats money: demo, test, sandbox or live."""
    chosen = os.environ.get("CASHPILOT_MODE", default)
    if chosen not in MODES:
        raise ImproperlyConfigured(
            f"CASHPILOT_MODE is {chosen!r}: choose one of {', '.join(MODES)}."
        )
    return chosen


def webhook_secret(name: str, default: str) -> str:
    """The secret that signs an endpoint's webhooks; while it is rolled two, with a comma between.

    An empty one is refused: anybody can sign with it.
    """
    secrets = [one.strip() for one in os.environ.get(name, default).split(",")]
    if not all(secrets) or len(secrets) > 2:
        raise ImproperlyConfigured(
            f"{name} must be one signing secret, or while it is rolled the old and the new one "
            "with a comma between."
        )
    return ",".join(secrets)


def single_sign_on() -> list[dict]:
    """The identity provider that staff may sign in through; none where no address is set."""
    server = os.environ.get("OIDC_SERVER_URL", "")
    if not server:
        return []
    if not server.startswith(("https://", "http://127.0.0.1:")):
        raise ImproperlyConfigured("OIDC_SERVER_URL must start with https://.")
    return [
        {
            "provider_id": "sso",
            "name": os.environ.get("OIDC_NAME", "your organisation"),
            "client_id": required("OIDC_CLIENT_ID", "the provider knows cashpilot by it"),
            "secret": required("OIDC_CLIENT_SECRET", "cashpilot proves itself with it"),
            "settings": {"server_url": server, "oauth_pkce_enabled": True},
        }
    ]


def stripe_key(key: str, *, mode: str, base: str, debug: bool, name: str = "STRIPE_API_KEY") -> str:
    """A Stripe key, refused where it does not belong to this mode."""
    is_live = key.startswith(LIVE_PREFIXES)
    if is_live and mode != "live":
        raise ImproperlyConfigured(
            f"{name} is a live key but CASHPILOT_MODE is {mode}: use a test key, "
            "or set CASHPILOT_MODE=live in production."
        )
    if mode == "live" and not is_live:
        raise ImproperlyConfigured(
            f"{name} is not a live key but CASHPILOT_MODE is live: "
            "use a key that starts with rk_live_."
        )
    if is_live and (debug or base != STRIPE_HOST):
        raise ImproperlyConfigured(
            f"A live Stripe key needs DEBUG off and STRIPE_API_BASE={STRIPE_HOST}."
        )
    if os.environ.get("STRIPE_LOG"):
        raise ImproperlyConfigured("STRIPE_LOG prints personal data to the console: unset it.")
    return key
