"""For the test suite: real PostgreSQL and a real broker, brought by the servers plugin."""

import os

from cashpilot.settings.dev import *  # noqa: F403
from cashpilot.settings.dev import LOGGING

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
DEBUG = False
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
CASHPILOT_MODE = "test"
SECOND_FACTOR_REQUIRED = False  # tests of it turn it on; production refuses to start without it
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STRIPE_TIMEOUT = (1, 1)
STRIPE_CALLS_A_SECOND = {"write": 0, "read": 0}
SEND_THREADS = 1
LOGGING = {**LOGGING, "root": {"handlers": ["console"], "level": "ERROR"}}
