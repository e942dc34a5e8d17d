"""What every template may show."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    providers = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return {
        "demo": settings.CASHPILOT_MODE == "demo",
        "mode": settings.CASHPILOT_MODE,
        "single_sign_on": [{"id": one["provider_id"], "name": one["name"]} for one in providers],
    }
