"""What every template may show."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {"demo": settings.CASHPILOT_MODE == "demo", "mode": settings.CASHPILOT_MODE}
