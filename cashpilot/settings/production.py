"""For real pilots: nothing has a default that would be unsafe to forget."""

import os

from django.core.exceptions import ImproperlyConfigured

from cashpilot.settings import environment
from cashpilot.settings.base import *  # noqa: F403
from cashpilot.settings.base import BASE_URL, SECOND_FACTOR_REQUIRED, VAR, money_settings

DEBUG = False
SECRET_KEY = environment.required("SECRET_KEY", "it signs sessions; use 50 random characters")
PSEUDONYM_KEY = environment.long_secret(
    "PSEUDONYM_KEY", "it makes the pseudonyms in released datasets; keep it out of the database"
)
PERSONAL_DATA_KEYS = environment.keys("PERSONAL_DATA_KEYS")
BLIND_INDEX_KEY = environment.long_secret(
    "BLIND_INDEX_KEY", "it finds people by name, email and phone in sealed columns"
)
DATABASES = {
    "default": environment.database(
        environment.required("DATABASE_URL", "the address of the PostgreSQL database")
    )
}
ALLOWED_HOSTS = [
    host.strip()
    for host in environment.required(
        "ALLOWED_HOSTS", "the host names people type, separated by commas"
    ).split(",")
]
for name in ("BROKER_URL", "STRIPE_API_KEY", "STRIPE_API_BASE", "CASHPILOT_BASE_URL"):
    environment.required(name, "see docs/operating.md")
for name in ("STRIPE_WEBHOOK_SECRET_PLATFORM", "STRIPE_WEBHOOK_SECRET_CONNECT"):
    environment.required(name, "webhooks are believed only when signed with it")
if os.environ["BROKER_URL"].startswith("filesystem:"):
    raise ImproperlyConfigured(
        "BROKER_URL is filesystem:// which is for the demo: use redis:// or amqp://."
    )
if not SECOND_FACTOR_REQUIRED:
    raise ImproperlyConfigured(
        "SECOND_FACTOR_REQUIRED is 0: money roles take a second step at sign-in. Unset it."
    )
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "1"))
SEND_MARK_FILE = os.environ.get("SEND_MARK_FILE", str(VAR / "send-mark"))
globals().update(money_settings(default_mode="live", debug=DEBUG))
if CASHPILOT_MODE == "demo":  # noqa: F405
    raise ImproperlyConfigured(
        "CASHPILOT_MODE=demo has doors without a password: not in production."
    )

CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
