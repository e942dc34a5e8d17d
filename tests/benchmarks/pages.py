"""Pages: what a cheap phone has to fetch."""

import gzip
import re
from pathlib import Path

from django.conf import settings
from django.test import Client

from participants.operations.sign_in import issue_link
from tests.benchmarks.harness import Reading, benchmark
from tests.factories import BY, a_pilot, an_enrolment, ready

KB = 1_000
STATIC = Path(settings.ROOT) / "cashpilot" / "static"


@benchmark("pages", "first page of a participant, all of it", unit="KB", bar=14)
def first_page() -> Reading:
    """Page, stylesheet and icon, compressed, stay within 14 KB."""
    page = schedule_page()
    parts = [STATIC / name for name in re.findall(r'/static/([^"]+\.(?:css|svg|js))', page)]
    weight = sum(zipped(part.read_bytes()) for part in set(parts)) + zipped(page.encode())
    return Reading(weight / KB, 0)


@benchmark("pages", "next page of a participant", unit="KB", bar=4)
def next_page() -> Reading:
    """With the stylesheet kept, a page is at most 4 KB."""
    return Reading(zipped(schedule_page().encode()) / KB, 0)


def schedule_page() -> str:
    from django.utils import timezone

    enrolment = ready(an_enrolment(a_pilot(count=12)))
    secret = issue_link(participant=enrolment.participant, by=BY, now=timezone.now())
    visitor = Client()
    visitor.post(f"/s/{secret}/", {"phone": "mine"})
    page = visitor.get(f"/my/{enrolment.public_id}/")
    assert page.status_code == 200
    return page.content.decode()


def zipped(content: bytes) -> int:
    return len(gzip.compress(content, 6))
