"""For a developer's machine and the demo: everything on 127.0.0.1, no secret needed."""

import os

from cashpilot.settings import environment
from cashpilot.settings.base import *  # noqa: F403
from cashpilot.settings.base import MIDDLEWARE, money_settings

DEBUG = os.environ.get("DEBUG") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-development-" + "0" * 40)
PSEUDONYM_KEY = os.environ.get("PSEUDONYM_KEY", "only-for-development-" + "0" * 40)
PERSONAL_DATA_KEYS = environment.keys(
    "PERSONAL_DATA_KEYS", default="development:only-for-development-" + "0" * 40
)
BLIND_INDEX_KEY = os.environ.get("BLIND_INDEX_KEY", "only-for-development-" + "0" * 40)
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
DATABASES = {
    "default": environment.database(
        os.environ.get("DATABASE_URL", "postgresql://cashpilot@127.0.0.1:5432/cashpilot")
    )
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MIDDLEWARE = list(MIDDLEWARE)
globals().update(money_settings(default_mode="sandbox", debug=DEBUG))
if CASHPILOT_MODE == "demo":  # noqa: F405
    SECOND_FACTOR_REQUIRED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys on http://localhost
