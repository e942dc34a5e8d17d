"""Asked twice under one key, done once: the API keeps its answers for a day.

The key is taken before anything is done and in a transaction of its own, so that of two askings at
once one is refused. Where the answer was lost with a crash, what is not known stays not known.
"""

from datetime import datetime, timedelta

from cashpilot.core.models import KeptAnswer, User
from cashpilot.core.refusals import Invalid, Refused

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255
SAID_BEFORE_ANYTHING_WAS_DONE = frozenset({401, 403, 429, 503})


class OtherRequest(Refused):
    """The key stands for something else that was asked before."""

    code = "key-of-another-request"
    status = 422


class NoAnswerYet(Refused):
    """The same was asked before, and what became of it is not known here."""

    code = "no-answer-yet"


def take(*, user: User, key: str, request_hash: str, now: datetime) -> KeptAnswer:
    """Take a key for one request: new, without a status; or answered before, with one.

    Refused where the key stands for another request, or where it has no answer yet.
    """
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(
            f"An Idempotency-Key has at most {LONGEST_KEY} plain characters.",
            field="Idempotency-Key",
        )
    kept, is_new = KeptAnswer.objects.get_or_create(
        user=user, key=key, defaults={"request_hash": request_hash, "asked_at": now}
    )
    if kept.request_hash != request_hash:
        raise OtherRequest("This Idempotency-Key was used for another request. Take a new one.")
    if not is_new and kept.status is None:
        raise NoAnswerYet(
            "This was asked before under the same key, and has no answer yet. Look at what became "
            "of it; take a new key only if nothing did."
        )
    return kept


def keep(kept: KeptAnswer, *, status: int, content_type: str, body: str) -> None:
    """Keep the answer; forget the key where nothing was done; after a crash keep it unanswered."""
    if status in SAID_BEFORE_ANYTHING_WAS_DONE:
        kept.delete()
    elif status < 500:
        kept.status, kept.content_type, kept.body = status, content_type, body
        kept.save(update_fields=["status", "content_type", "body"])


def forget_old(*, now: datetime) -> int:
    """Forget what was asked over a day ago; returns how many answers that was."""
    forgotten, _ = KeptAnswer.objects.filter(asked_at__lt=now - KEPT_FOR).delete()
    return forgotten
