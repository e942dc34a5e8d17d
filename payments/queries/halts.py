"""What stops all sending, and what a restored database no longer knows."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cashpilot.core.marks import read_mark
from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from participants.queries import pilots_where
from payments.models import (
    Difference,
    Disbursement,
    ForgottenTransfer,
    Halt,
    Reconciliation,
    SendAttempt,
)

LISTS_CATCH_UP = timedelta(minutes=10)  # what the provider has done shows in its lists by then
UNEXPLAINED = (Difference.Kind.MISSING_HERE, Difference.Kind.DUPLICATE)


def open_halts() -> QuerySet[Halt]:
    """Why nothing is sent, for any pilot; nothing where sending is as usual."""
    return Halt.objects.filter(lifted_at=None).select_related("agreed_by").order_by("pk")


def halt_for(user: User, public_id: str) -> Halt:
    """One halt, for who matches the books in any pilot."""
    found = Halt.objects.filter(public_id=public_id).first()
    if found is None or not pilots_where(user, "match the books").exists():
        raise NotFound("There is no such halt, or you do not match the books of any pilot.")
    return found


def lag_behind_the_mark() -> int:
    """The mark kept outside the database, where the database is older; 0 where it is not, or where
    no mark is kept.

    Tries are numbered upwards and never deleted. The file is read first: what is written in the
    meantime only adds to the database.
    """
    mark = read_mark(Path(settings.SEND_MARK_FILE)) if settings.SEND_MARK_FILE else 0
    lifted = Halt.objects.exclude(lifted_at=None).aggregate(last=Max("mark"))["last"]
    tried = SendAttempt.objects.aggregate(last=Max("pk"))["last"]
    return mark if mark > max(lifted or 0, tried or 0) else 0


def what_keeps_a_halt(halt: Halt) -> str:
    """What has to be done before a halt may be lifted, as a sentence; empty where nothing has."""
    if halt.reason == Halt.Reason.BY_A_PERSON:
        return ""
    begins = halt.placed_at + LISTS_CATCH_UP
    compared = Reconciliation.objects.filter(
        since__lte=halt.known_until, started_at__gte=begins, finished_at__isnull=False
    )
    if not compared.exists():
        return _("First run, at %(begins)s UTC or later: manage.py reconcile --since %(since)s") % {
            "begins": f"{begins.astimezone(UTC):%H:%M}",
            "since": halt.known_until.astimezone(UTC).isoformat(timespec="seconds"),
        }
    open_ones = Difference.objects.filter(state="open", kind__in=UNEXPLAINED)
    moved = set(open_ones.values_list("reference", flat=True))
    if moved - references_we_know(moved):
        return _(
            "The provider moved money that nobody has explained yet. Close each such difference."
        )
    return ""


def references_we_know(asked: Iterable[str]) -> set[str]:
    """Those of these transfers that a payment of ours has, or that we remember as forgotten."""
    asked = list(asked)
    ours = Disbursement.objects.filter(provider_reference__in=asked)
    forgotten = ForgottenTransfer.objects.filter(reference__in=asked)
    return {
        *ours.values_list("provider_reference", flat=True),
        *forgotten.values_list("reference", flat=True),
    }


def forgotten_of(instalment: object) -> QuerySet[ForgottenTransfer]:
    """Money moved for an instalment (its key, or an `OuterRef`) that no payment of ours has."""
    taken = Disbursement.objects.filter(provider_reference=OuterRef("reference"))
    return ForgottenTransfer.objects.filter(~Exists(taken), instalment=instalment)
