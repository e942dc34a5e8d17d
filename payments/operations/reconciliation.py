"""Comparing the provider's books with ours, both ways. Matched by reference, sum, currency and
destination, never by anything about a person."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid, Refused
from payments.lifecycles import DIFFERENCE
from payments.models import Difference, Disbursement, Reconciliation
from payments.providers.base import NotThere, Provider, Transfer, Unreachable
from payments.queries import (
    accounts_active_between,
    arrivals_through,
    references_we_know,
    sent_between,
)

Kind = Difference.Kind
_ONE_AT_A_TIME = 4_201_002


@dataclass(frozen=True)
class Found:
    """A difference before it is written: what it is about, and both sums in minor units."""

    kind: str
    reference: str
    currency: str
    ours_minor: int = 0
    theirs_minor: int = 0
    ours: Disbursement | None = None


def reconcile(
    *, provider: Provider, since: datetime, until: datetime, by: str, now: datetime
) -> Reconciliation:
    """Compare transfers and arrivals of a period, and keep what differs for a person to close.

    The provider is read outside any transaction. Only one comparison runs at a time.
    """
    if since >= until:
        raise Invalid("The period ends before it begins.", field="until")
    with _alone():
        accounts = accounts_active_between(since, until)
        run = Reconciliation.objects.create(
            since=since, until=until, started_at=now, started_by=by, accounts=len(accounts)
        )
        ours = sent_between(since, until)
        theirs = provider.transfers_between(since, until)
        found = list(_transfers(ours, theirs, provider))
        for account in accounts:
            with suppress(Unreachable):  # a closed account is not counted among those looked at
                found += list(_arrivals(account, provider, since, until))
                _count_one(run)
        _keep(run, found, matched=len(ours) - _wrong(found), by=by, now=now)
    return run


@transaction.atomic
def close_difference(
    *, difference: Difference, outcome: str, note: str, person: User, by: str, now: datetime
) -> None:
    """Say how a difference came about and what was done; finding it again does not reopen it."""
    if not note.strip():
        raise Invalid("Say what you found and did.", field="note")
    DIFFERENCE.move(
        difference,
        "closed",
        now=now,
        by=by,
        outcome=Difference.Outcome(outcome),
        note=note.strip()[:500],
        closed_by=person,
    )


def _transfers(
    ours: Sequence[Disbursement], theirs: Sequence[Transfer], provider: Provider
) -> Iterator[Found]:
    """What differs among transfers. One of ours that the period's list lacks is asked for by
    itself: its moment there may lie just outside."""
    by_reference = {one.provider_reference: one for one in ours}
    known = references_we_know(one.reference for one in theirs)
    for one in theirs:
        if one.reference not in known:
            yield _unknown(one)
        elif one.reference in by_reference:
            yield from _compared(by_reference[one.reference], one)
    listed = {one.reference for one in theirs}
    for ours_only in ours:
        if ours_only.provider_reference not in listed:
            yield from _asked_for(ours_only, provider)


def _unknown(theirs: Transfer) -> Found:
    """A second transfer of a payment that has one, or one of which we know nothing."""
    ours = Disbursement.objects.filter(public_id=theirs.disbursement).first()
    is_second = ours is not None and ours.provider_reference is not None
    kind = Kind.DUPLICATE if is_second else Kind.MISSING_HERE
    amount = theirs.amount_minor
    return Found(kind, theirs.reference, theirs.currency, theirs_minor=amount, ours=ours)


def _compared(ours: Disbursement, theirs: Transfer) -> Iterator[Found]:
    about = (theirs.reference, theirs.currency, ours.amount_minor, theirs.amount_minor, ours)
    mine = (ours.amount_minor, ours.currency, ours.destination)
    if mine != (theirs.amount_minor, theirs.currency, theirs.destination):
        yield Found(Kind.AMOUNT, *about)
    if theirs.reversed_minor != ours.reversed_minor:
        yield Found(Kind.REVERSED_THERE, *about)


def _asked_for(ours: Disbursement, provider: Provider) -> Iterator[Found]:
    try:
        theirs = provider.transfer(ours.provider_reference or "")
    except NotThere:
        yield Found(
            Kind.MISSING_THERE,
            ours.provider_reference or "",
            ours.currency,
            ours_minor=ours.amount_minor,
            ours=ours,
        )
        return
    yield from _compared(ours, theirs)


def _arrivals(
    account: str, provider: Provider, since: datetime, until: datetime
) -> Iterator[Found]:
    """What differs between payouts that the bank took and what our ledger says arrived.

    One of ours that the period's list lacks is asked for by itself: it may have begun before.
    """
    ours, listed = arrivals_through(account), set()
    about = Disbursement.objects.filter(destination=account).order_by("pk").first()
    for one in provider.payouts_between(account, since, until):
        listed.add(one.reference)
        mine, _ = ours.get(one.reference, (0, None))
        if mine != one.amount_minor:
            kind = Kind.ARRIVAL_AMOUNT if mine else Kind.ARRIVAL_MISSING_HERE
            yield Found(kind, one.reference, one.currency, mine, one.amount_minor, about)
    for reference, (amount, heard_at) in ours.items():
        if reference not in listed and since <= heard_at < until:
            payout = provider.payout(account=account, reference=reference)
            if payout.status != "paid":
                kind = Kind.ARRIVAL_MISSING_THERE
                yield Found(kind, reference, "", ours_minor=amount, ours=about)


def _count_one(run: Reconciliation) -> None:
    Reconciliation.objects.filter(pk=run.pk).update(accounts_done=F("accounts_done") + 1)


def _wrong(found: Sequence[Found]) -> int:
    """How many of our own transfers differ."""
    about_ours = (Kind.AMOUNT, Kind.MISSING_THERE, Kind.REVERSED_THERE)
    return len({one.reference for one in found if one.kind in about_ours})


@transaction.atomic
def _keep(
    run: Reconciliation, found: Sequence[Found], *, matched: int, by: str, now: datetime
) -> None:
    for one in found:
        difference, is_new = Difference.objects.get_or_create(
            kind=one.kind,
            reference=one.reference,
            defaults={
                "pilot": one.ours.pay_run.fund.pilot if one.ours else None,
                "disbursement": one.ours,
                "ours_minor": one.ours_minor,
                "theirs_minor": one.theirs_minor,
                "currency": one.currency,
                "first_seen_at": now,
                "last_seen_at": now,
                "state_changed_at": now,
            },
        )
        if not is_new:
            Difference.objects.filter(pk=difference.pk).update(last_seen_at=now)
    run.matched, run.found, run.finished_at = matched, len(found), now
    run.save(update_fields=["matched", "found", "finished_at"])
    AuditEvent.record(run, "reconciliation.finished", at=now, by=by, found=len(found))


class _alone:
    """The database's advisory lock for as long as the comparison lasts, transactions or none."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME])
            if not cursor.fetchone()[0]:
                raise Refused("The books are being compared already. Look again in a minute.")

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])
