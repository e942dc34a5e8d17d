"""Settings for every environment; what an operator may change comes from the environment."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from cashpilot.settings import environment

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("CASHPILOT_VAR", ROOT / "var"))
BASE_URL = os.environ.get("CASHPILOT_BASE_URL", "http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "cashpilot",
    "cashpilot.core",
    "participants",
    "payments",
    "evaluation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cashpilot.middleware.NothingTooLarge",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cashpilot.middleware.RequestLog",
    "cashpilot.middleware.PrivatePages",
    "participants.pages.second_step.SecondStep",
    "cashpilot.middleware.RefusalPages",
    "cashpilot.middleware.ReadableText",
    "cashpilot.middleware.AskedOnce",
]

ROOT_URLCONF = "cashpilot.urls"
WSGI_APPLICATION = "cashpilot.wsgi.application"
AUTH_USER_MODEL = "core.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "cashpilot.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "cashpilot" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cashpilot.context.site",
            ]
        },
    }
]

USE_TZ = True
TIME_ZONE = "Europe/London"
USE_I18N = True
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English")]  # what pages are offered in: complete and reviewed, or not at all
PARTICIPANT_LANGUAGES = [
    ("en", "English"),
    ("cy", "Cymraeg"),
    ("fr", "Français"),
    ("ar", "العربية"),
    ("pl", "Polski"),
    ("uk", "Українська"),
    ("es", "Español"),
    ("so", "Soomaali"),
]
LOCALE_PATHS = [ROOT / "cashpilot" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "cashpilot.accounts.StaffAccounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))
SOCIALACCOUNT_ADAPTER = "participants.pages.single_sign_on.SignOn"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": environment.single_sign_on()}}
MFA_ADAPTER = "cashpilot.accounts.SecondSteps"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account is made from a link that went to its address
MFA_TOTP_ISSUER = "cashpilot"
MFA_TOTP_TOLERANCE = 1
SECOND_FACTOR_REQUIRED = os.environ.get("SECOND_FACTOR_REQUIRED", "1") != "0"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cashpilot_cache",
    }
}
LOGIN_REDIRECT_URL = "/staff/"
LOGIN_URL = "account_login"

EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "webmaster@localhost")
DISCREET_FROM_EMAIL = os.environ.get("DISCREET_MAIL_FROM", DEFAULT_FROM_EMAIL)
TEXT_GATEWAY = os.environ.get("TEXT_GATEWAY", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "cashpilot.api.explain",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "cashpilot.authentication.StaffSession",
        "participants.api.authentication.BearerToken",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["participants.api.authentication.MayAsk"],
    "DEFAULT_PARSER_CLASSES": [
        "cashpilot.parsers.Json",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "cashpilot.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "cashpilot.schema.Schema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "cashpilot",
    "DESCRIPTION": "Run direct cash-transfer pilots, and learn honestly what the money did.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ConsentPurpose": "participants.models.ConsentText.Purpose",
        "ResearchPurpose": "evaluation.models.consent.Use",
        "PayRunState": "payments.models.PayRun.State",
        "ReleaseState": "evaluation.models.Release.State",
        "LifeEventKind": "participants.models.LifeEvent.Kind",
        "WhatHappens": "participants.api.serializers.WHAT_HAPPENS",
        "DifferenceKind": "payments.models.Difference.Kind",
        "InstalmentKind": "payments.models.Instalment.Kind",
        "OutcomeKind": "participants.models.Allotment.Kind",
        "DrawState": "participants.models.Draw.State",
        "ComplaintKind": "participants.models.Complaint.Kind",
        "ComplaintState": "participants.models.Complaint.State",
        "HowTold": "participants.models.Complaint.How",
        "HowDecided": "participants.models.Consent.How",
        "Role": "cashpilot.core.access.Role",
        "FollowUpKind": "payments.models.FollowUp.Kind",
    },
}

BROKER_DIR = Path(os.environ.get("CASHPILOT_BROKER_DIR", VAR / "broker"))
CELERY_BROKER_URL = os.environ.get("BROKER_URL", "filesystem://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE

STRIPE_API_VERSION = "2026-10-28.endive"
STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "http://127.0.0.1:12111")
STRIPE_WEBHOOK_SECRETS = {
    "platform": environment.webhook_secret(
        "STRIPE_WEBHOOK_SECRET_PLATFORM", "whsec_sandbox_platform"
    ),
    "connect": environment.webhook_secret("STRIPE_WEBHOOK_SECRET_CONNECT", "whsec_sandbox_connect"),
}
PAYMENT_PROVIDER = "payments.providers.stripe.StripeProvider"
POSTGRES_PROGRAMS = os.environ.get("CASHPILOT_PG_BIN", "")
SEND_MARK_FILE = os.environ.get("SEND_MARK_FILE", "")
SEND_LEASE_SECONDS = int(os.environ.get("SEND_LEASE_SECONDS", "120"))
ERASE_AFTER_DAYS = int(os.environ.get("ERASE_AFTER_DAYS", "730"))
COOLING_OFF_HOURS = int(os.environ.get("COOLING_OFF_HOURS", "72"))
SEND_THREADS = int(os.environ.get("SEND_THREADS", "12"))
STRIPE_CALLS_A_SECOND = {  # together, over all workers; 0 means no limit of our own
    "write": float(os.environ.get("STRIPE_WRITES_A_SECOND", "24.25")),
    "read": float(os.environ.get("STRIPE_READS_A_SECOND", "24.25")),
}
STRIPE_TIMEOUT = (3.05, 20)

DJANGO_STRUCTLOG_CELERY_ENABLED = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "cashpilot.core.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {"stripe": {"level": "WARNING"}},
}


def celery_transport(url: str) -> dict:
    """Transport options that keep a slow broker from holding a web request."""
    if url.startswith("filesystem:"):
        folders = {
            key: str(BROKER_DIR / "messages") for key in ("data_folder_in", "data_folder_out")
        }
        return folders | {"control_folder": str(BROKER_DIR / "control")}
    if url.startswith("redis"):
        return {"socket_timeout": 3, "socket_connect_timeout": 3}
    return {"confirm_publish": True}


CELERY_BROKER_TRANSPORT_OPTIONS = celery_transport(CELERY_BROKER_URL)


def money_settings(*, default_mode: str, debug: bool) -> dict:
    """Mode and Stripe keys together, checked against each other.

    The keys of a role are empty where the one key does its part as well.
    """
    chosen = environment.mode(default_mode)
    given = {
        "STRIPE_API_KEY": os.environ.get("STRIPE_API_KEY", "rk_test_sandbox"),
        "STRIPE_ONBOARDING_KEY": os.environ.get("STRIPE_ONBOARDING_KEY", ""),
        "STRIPE_RECONCILER_KEY": os.environ.get("STRIPE_RECONCILER_KEY", ""),
    }
    for name, key in given.items():
        if key or name == "STRIPE_API_KEY":
            environment.stripe_key(key, mode=chosen, base=STRIPE_API_BASE, debug=debug, name=name)
    return {"CASHPILOT_MODE": chosen, **given}
