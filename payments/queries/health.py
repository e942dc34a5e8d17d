"""Whether payments are well: what turns, what waits too long, and what does not add up."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, Min, Q, QuerySet, Sum, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cashpilot.core.models import Heartbeat, User
from cashpilot.core.money import in_words
from cashpilot.core.refusals import NotAllowed
from participants.models import Pilot
from participants.queries import pilots_where
from payments.models import CheckUp, Disbursement, LedgerEntry, ProviderEvent, Reconciliation
from payments.queries.halts import open_halts
from payments.queries.sending import CHECK_UP_HOLDS, pauses_of, sendable_runs

OK, LOOK, MISS = "ok", "look", "miss"
LOOPS = (  # heartbeat, what it is, worth a look after, broken after
    ("worker", "worker", timedelta(seconds=60), timedelta(seconds=60)),
    ("provider sweep", "sweep", timedelta(minutes=30), timedelta(hours=3)),
)
QUEUE_AFTER = timedelta(minutes=5), timedelta(minutes=15)
UNKNOWN_AFTER = timedelta(hours=1), timedelta(hours=27)
PAUSES_AFTER = timedelta(0), timedelta(days=1)
EVENTS_AFTER = timedelta(minutes=5), timedelta(minutes=30)
STANDING = F("amount_minor") - F("reversed_minor")
LEASES_AFTER = timedelta(0), timedelta(minutes=5)
MATCHED_EVERY = timedelta(hours=26)


@dataclass(frozen=True)
class Sign:
    """One line of the health of payments: `verdict` is ok, look or miss, `says` what is so."""

    about: str
    label: str
    verdict: str
    says: str


def health_for(user: User, now: datetime) -> list[Sign]:
    """The signs of this installation, and of the pilots whose money somebody sees.

    A number of queries that does not grow; NotAllowed for who sees no pilot's money.
    """
    seen = list(pilots_where(user, "see money"))
    if not seen:
        raise NotAllowed(_("You are in no pilot whose money you can see."))
    ours = Disbursement.objects.filter(pay_run__fund__pilot__in=seen)
    return [
        _halts(),
        _check_up(now),
        *_loops(now),
        _queue(ours, now),
        _unknown(ours, now),
        _pauses(seen, now),
        _reviews(ours),
        _leases(ours, now),
        _events(now),
        _matching(now),
        _ledger(ours, seen),
    ]


def _halts() -> Sign:
    why = [str(one.get_reason_display()) for one in open_halts()]
    says = ". ".join(why) + "." if why else _("Nothing stops it.")
    return Sign("halts", _("Sending"), MISS if why else OK, says)


def _check_up(now: datetime) -> Sign:
    label, is_live = _("Check-up of the set-up"), settings.CASHPILOT_MODE == "live"
    last = CheckUp.objects.filter(mode=settings.CASHPILOT_MODE).order_by("-pk").first()
    if last is None:
        says = _("Not made yet. Ask whoever runs the server for manage.py doctor.")
        return Sign("check_up", label, MISS if is_live else LOOK, says)
    if not last.has_passed:
        wrong = [one["about"] for one in last.findings if one["verdict"] == MISS]
        return Sign("check_up", label, MISS, _("Missing: %(what)s.") % {"what": ", ".join(wrong)})
    if last.made_at <= now - CHECK_UP_HOLDS:
        return Sign("check_up", label, MISS if is_live else LOOK, _("The last is over a week old."))
    return Sign("check_up", label, OK, _("Passed %(ago)s ago.") % {"ago": _ago(last.made_at, now)})


def _loops(now: datetime) -> Iterator[Sign]:
    labels = {"worker": _("Background worker"), "sweep": _("Search for missed events")}
    beats = dict(Heartbeat.objects.values_list("name", "beat_at"))
    for name, about, look, broken in LOOPS:
        beat = beats.get(name)
        if beat is None:
            yield Sign(about, labels[about], MISS, _("Has not run yet."))
        else:
            says = _("Ran %(ago)s ago.") % {"ago": _ago(beat, now)}
            yield Sign(about, labels[about], _by_age(beat, now, look, broken), says)


def _queue(ours: QuerySet[Disbursement], now: datetime) -> Sign:
    may_go = Q(not_before=None) | Q(not_before__lte=now)
    due = ours.filter(may_go, state="queued", held_reason="", pay_run__in=sendable_runs())
    oldest = due.aggregate(oldest=Min("state_changed_at"))["oldest"]
    sign = _waiting("queue", _("Payments ready to be sent"), oldest, now, *QUEUE_AFTER)
    is_moving = ours.filter(first_sent_at__gt=now - QUEUE_AFTER[0]).exists()
    return replace(sign, verdict=OK) if is_moving else sign


def _unknown(ours: QuerySet[Disbursement], now: datetime) -> Sign:
    oldest = ours.filter(state="unknown").aggregate(oldest=Min("first_sent_at"))["oldest"]
    return _waiting("unknown", _("Payments to be looked up"), oldest, now, *UNKNOWN_AFTER)


def _pauses(seen: list[Pilot], now: datetime) -> Sign:
    oldest = pauses_of(seen).first()
    since = oldest.placed_at if oldest else None
    return _waiting("pauses", _("Pay runs that are paused"), since, now, *PAUSES_AFTER)


def _reviews(ours: QuerySet[Disbursement]) -> Sign:
    count = ours.filter(held_reason="review", state__in=["queued", "unknown"]).count()
    says = ngettext(
        "%(n)s payment waits for a decision.", "%(n)s payments wait for a decision.", count
    )
    return Sign("reviews", _("Decisions to take"), LOOK if count else OK, says % {"n": count})


def _leases(ours: QuerySet[Disbursement], now: datetime) -> Sign:
    over = ours.filter(state="submitting", lease_until__lt=now)
    oldest = over.aggregate(oldest=Min("lease_until"))["oldest"]
    return _waiting("leases", _("Payments whose worker went quiet"), oldest, now, *LEASES_AFTER)


def _events(now: datetime) -> Sign:
    label = _("What the provider told us")
    refused = ProviderEvent.objects.filter(state="refused").count()
    waiting = ProviderEvent.objects.filter(state="received")
    sign = _waiting(
        "events", label, waiting.aggregate(oldest=Min("received_at"))["oldest"], now, *EVENTS_AFTER
    )
    if refused and sign.verdict == OK:
        says = ngettext("%(n)s event needs a person.", "%(n)s events need a person.", refused)
        return Sign("events", label, LOOK, says % {"n": refused})
    return sign


def _matching(now: datetime) -> Sign:
    label = _("Matching with the provider's books")
    done = Reconciliation.objects.exclude(finished_at=None).order_by("-pk").first()
    if done is None:
        return Sign("matching", label, LOOK, _("Not compared yet."))
    says = _("Finished %(ago)s ago.") % {"ago": _ago(done.finished_at, now)}
    is_recent = done.finished_at > now - MATCHED_EVERY
    return Sign("matching", label, OK if is_recent else LOOK, says)


def _ledger(ours: QuerySet[Disbursement], seen: list[Pilot]) -> Sign:
    """What payments say is on its way or has arrived, less what the ledger says: nothing."""
    label, off = _("Ledger"), {}
    for currency, total in [*_by_state(ours), *_by_entries(seen)]:
        off[currency] = tuple(a + b for a, b in zip(off.get(currency, (0, 0)), total, strict=True))
    wrong = {currency: sum(map(abs, pair)) for currency, pair in off.items() if any(pair)}
    if not wrong:
        return Sign("ledger", label, OK, _("It agrees with the payments to the penny."))
    sums = ", ".join(in_words(minor, currency) for currency, minor in sorted(wrong.items()))
    says = _("%(sums)s apart from the payments. Run manage.py verify_ledger.") % {"sums": sums}
    return Sign("ledger", label, MISS, says)


def _by_state(ours: QuerySet[Disbursement]) -> Iterator[tuple[str, tuple[int, int]]]:
    on_its_way = Q(state="submitted") | Q(returned_to="recipient")
    rows = ours.values_list("currency").annotate(
        way=Sum(STANDING, filter=on_its_way, default=0),
        arrived=Sum(STANDING, filter=Q(state="paid"), default=0),
    )
    return ((currency, (way, arrived)) for currency, way, arrived in rows.order_by("currency"))


def _by_entries(seen: list[Pilot]) -> Iterator[tuple[str, tuple[int, int]]]:
    Account = LedgerEntry.Account
    entries = LedgerEntry.objects.filter(fund__pilot__in=seen, disbursement__isnull=False)
    rows = entries.values_list("fund__currency").annotate(
        way=Sum(_net_of(Account.PROVIDER)), arrived=Sum(_net_of(Account.PARTICIPANT))
    )
    return ((currency, (-way, -arrived)) for currency, way, arrived in rows.order_by())


def _net_of(account: str) -> Case:
    return Case(
        When(to_account=account, then=F("amount_minor")),
        When(from_account=account, then=-F("amount_minor")),
        default=0,
    )


def _waiting(
    about: str,
    label: str,
    oldest: datetime | None,
    now: datetime,
    look: timedelta,
    broken: timedelta,
) -> Sign:
    if oldest is None:
        return Sign(about, label, OK, _("Nothing waits."))
    says = _("The oldest has waited for %(ago)s.") % {"ago": _ago(oldest, now)}
    return Sign(about, label, _by_age(oldest, now, look, broken), says)


def _by_age(then: datetime, now: datetime, look: timedelta, broken: timedelta) -> str:
    age = now - then
    if age > broken:
        return MISS
    return LOOK if age > look else OK


def _ago(then: datetime, now: datetime) -> str:
    seconds = max(int((now - then).total_seconds()), 0)
    if seconds < 120:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds < 7_200:
        return _("%(n)s minutes") % {"n": seconds // 60}
    if seconds < 172_800:
        return _("%(n)s hours") % {"n": seconds // 3_600}
    return _("%(n)s days") % {"n": seconds // 86_400}
