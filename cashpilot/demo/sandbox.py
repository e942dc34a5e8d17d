"""Steering the embedded sandbox: its clock, its money, its recipients."""

import json
from datetime import datetime
from urllib.request import Request, urlopen

from django.conf import settings


def tell(path: str, **said) -> dict:
    """Ask the sandbox to do something that only a sandbox can, such as moving its clock."""
    request = Request(
        f"{settings.STRIPE_API_BASE}/sandbox/{path}",
        data=json.dumps(said).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    with urlopen(request, timeout=20) as answer:
        return json.load(answer)


def set_clock(moment: datetime) -> None:
    tell("clock", set=moment.isoformat())
