"""Every address of the site that can be read, with every id of a small world put into it."""

import re
from itertools import product

from django.urls import URLPattern, get_resolver

NAMES = re.compile(r"<(?:\w+:)?(\w+)>")
MARKS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|"csrfToken": *"[^"]*"')
ELSEWHERE = ("static", "accounts/", "api/schema", "api/docs", "s/<", "livez", "readyz")


def patterns(resolver=None, prefix=""):
    """Each address of the site, as it stands in the maps."""
    for one in (resolver or get_resolver()).url_patterns:
        here = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield here
        else:
            yield from patterns(one, here)


def addresses(ids: dict[str, list[str]]):
    """Each address with each of the ids that its names may stand for; `public_id` is any."""
    for pattern in sorted(set(patterns())):
        names = NAMES.findall(pattern)
        if pattern.startswith(ELSEWHERE):
            continue
        for values in product(*(ids.get(name, ids["public_id"]) for name in names)):
            filled = iter(values)
            yield "/" + NAMES.sub(lambda _: next(filled), pattern).replace("\\Z", "")  # noqa: B023


def read_all(client, ids: dict[str, list[str]]) -> dict[str, tuple[int, bytes]]:
    """What each address says to this visitor, without what differs each time."""
    answers = {}
    for path in addresses(ids):
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        is_pdf = answer.headers.get("Content-Type", "") == "application/pdf"
        answers[path] = (answer.status_code, b"pdf" if is_pdf else MARKS.sub(b"", body))
    return answers
