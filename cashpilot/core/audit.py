"""The chain over the audit: each event's hash holds the hash of the one before it.

Events are written without waiting for each other; one sealer at a time puts them in a chain a
few seconds later (ADR 7). Whoever alters, removes or inserts a sealed event breaks the chain.
"""

import hashlib
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from cashpilot.core.models import AuditEvent, AuditSeal

GENESIS = "0" * 64
ERASED_DETAIL = "audit.detail erased"
_ONE_SEALER = 4_201_001
RESTRICTED = "restricted "


def open_events() -> QuerySet[AuditEvent]:
    """The events that anybody who may read the audit sees: that a restricted note was written is
    known to safeguarding leads alone."""
    return AuditEvent.objects.exclude(verb__startswith=RESTRICTED)


@transaction.atomic
def seal(limit: int = 5_000) -> int:
    """Chain the events that are not chained yet; returns how many. Safe to run anywhere, any
    time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_SEALER])
        if not cursor.fetchone()[0]:
            return 0
    last = AuditSeal.objects.order_by("-position").first()
    position, chain = (last.position, last.chain) if last else (0, GENESIS)
    sealed = AuditSeal.objects.filter(event_id=OuterRef("pk"))
    links = []
    for event in AuditEvent.objects.filter(~Exists(sealed)).order_by("pk")[:limit]:
        position, chain = position + 1, _link(chain, event.digest())
        links.append(AuditSeal(position=position, event_id=event.pk, chain=chain))
    AuditSeal.objects.bulk_create(links)
    return len(links)


def verify() -> Iterator[str]:
    """Walk the chain and name each event that was altered or removed, in words for an auditor.

    An event whose detail was erased agrees if the audit itself says so: the erasure is an event of
    the chain, with the digest before and after.
    """
    chain, expected, before = GENESIS, 1, _digests_before()
    for link in AuditSeal.objects.order_by("position").iterator():
        if link.position != expected:
            yield f"Position {expected} of the chain is missing."
            expected = link.position
        event = AuditEvent.objects.filter(pk=link.event_id).first()
        if event is None:
            yield f"Audit event {link.event_id} (position {link.position}) was removed."
        elif not _agrees(chain, link, event, before):
            yield f"Audit event {link.event_id} (position {link.position}) was altered: {event}"
        chain, expected = link.chain, expected + 1


def _digests_before() -> dict[tuple[int, str], str]:
    """What each erased event's digest was before, by what it became."""
    return {
        (int(event_id), digests["now"]): digests["was"]
        for erasure in AuditEvent.objects.filter(verb=ERASED_DETAIL)
        for event_id, digests in erasure.detail["events"].items()
    }


def _agrees(
    chain: str, link: AuditSeal, event: AuditEvent, before: dict[tuple[int, str], str]
) -> bool:
    digest: str | None = event.digest()
    seen: set[str] = set()
    while digest and digest not in seen:
        if _link(chain, digest) == link.chain:
            return True
        seen.add(digest)
        digest = before.get((event.pk, digest))
    return False


def erased() -> int:
    """How many events had personal details erased since they were written."""
    return len({event_id for event_id, _ in _digests_before()})


def _link(previous: str, digest: str) -> str:
    return hashlib.sha256(f"{previous}{digest}".encode()).hexdigest()
