"""Everything but the evaluation: people are enrolled and paid, and tested, without it."""

from cashpilot.settings.test import *  # noqa: F403
from cashpilot.settings.test import INSTALLED_APPS, SPECTACULAR_SETTINGS

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "evaluation"]
SPECTACULAR_SETTINGS = {**SPECTACULAR_SETTINGS, "ENUM_NAME_OVERRIDES": {}}
