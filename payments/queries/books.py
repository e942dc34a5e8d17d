"""The books: balances, statements, what disagrees with itself, and what accountants take away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, F, Max, Q, QuerySet, Sum, When
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from cashpilot.core import access
from cashpilot.core.models import User
from cashpilot.core.refusals import NotAllowed, NotFound
from participants.models import Enrolment
from participants.queries import pilots_where
from payments.models import Difference, Disbursement, Fund, LedgerEntry, PayRun

Account = LedgerEntry.Account


def trial_balance(fund: Fund) -> list[tuple[str, str, int]]:
    """Every account of a fund with its net in minor units, in the order of the chart of accounts;
    together they are nothing."""
    net = dict.fromkeys(Account.values, 0)
    entries = LedgerEntry.objects.filter(fund=fund)
    for side, sign in (("to_account", 1), ("from_account", -1)):
        for row in entries.values(side).annotate(total=Sum("amount_minor")):
            net[row[side]] += sign * row["total"]
    return [(code, str(Account(code).label), net[code]) for code in Account.values]


def entries_of(fund: Fund) -> QuerySet[LedgerEntry]:
    """The ledger of a fund, newest first."""
    return LedgerEntry.objects.filter(fund=fund).order_by("-posted_at", "-pk")


@dataclass(frozen=True)
class StatementLine:
    """One movement to a person, or back from them, in minor units; back is negative."""

    on: date
    kind: str
    amount_minor: int
    balance_minor: int


def statement_of(enrolment: Enrolment, since: date, until: date) -> list[StatementLine]:
    """What reached one person, and what went back, in a period: from the ledger alone.

    What had reached them before comes first, so that the balance is that of all of it.
    """
    toward, away = Q(to_account=Account.PARTICIPANT), Q(from_account=Account.PARTICIPANT)
    rows = (
        LedgerEntry.objects.filter(
            toward | away,
            disbursement__instalment__award__enrolment=enrolment,
            posted_at__date__lte=until,
        )
        .annotate(signed=Case(When(toward, then=F("amount_minor")), default=-F("amount_minor")))
        .order_by("posted_at", "pk")
    )
    lines, balance, before = [], 0, 0
    for row in rows:
        balance += row.signed
        if (on := localdate(row.posted_at)) < since:
            before = balance
        else:
            lines.append(StatementLine(on, row.get_kind_display(), row.signed, balance))
    brought = [StatementLine(since, _("Brought forward"), before, before)] if before else []
    return brought + lines


def ledger_faults(fund: Fund) -> Iterator[str]:
    """Payments whose state and whose entries say different things, in words for an auditor."""
    held = dict(_held_by(fund, Account.PROVIDER))
    arrived = dict(_held_by(fund, Account.PARTICIPANT))
    rows = Disbursement.objects.filter(pay_run__fund=fund).values_list(
        "pk", "public_id", "state", "returned_to", F("amount_minor") - F("reversed_minor")
    )
    for key, name, state, returned_to, amount in rows.iterator(chunk_size=2_000):
        at_provider = state == "submitted" or returned_to == "recipient"
        wanted = (amount if at_provider else 0, amount if state == "paid" else 0)
        booked = (held.get(key, 0), arrived.get(key, 0))
        if wanted != booked:
            yield f"{name} is {state}: the ledger has {booked}, and should have {wanted}."


def _held_by(fund: Fund, account: str) -> Iterator[tuple[int, int]]:
    sign = Case(
        When(to_account=account, then=F("amount_minor")),
        When(from_account=account, then=-F("amount_minor")),
        default=0,
    )
    entries = LedgerEntry.objects.filter(fund=fund, disbursement__isnull=False)
    rows = entries.values("disbursement").annotate(net=Sum(sign))
    return ((row["disbursement"], row["net"]) for row in rows.iterator(chunk_size=2_000))


def sent_between(since: datetime, until: datetime) -> list[Disbursement]:
    """Ours that have a transfer which our books took in during a period."""
    moved = LedgerEntry.objects.filter(
        kind=LedgerEntry.Kind.DISBURSEMENT, posted_at__gte=since, posted_at__lt=until
    )
    rows = Disbursement.objects.filter(pk__in=moved.values("disbursement"))
    return list(rows.select_related("pay_run__fund__pilot").order_by("pk"))


def accounts_active_between(since: datetime, until: datetime) -> list[str]:
    """Recipients' accounts at the provider through which money moved in a period."""
    moved = LedgerEntry.objects.filter(posted_at__gte=since, posted_at__lt=until)
    rows = Disbursement.objects.filter(pk__in=moved.values("disbursement"))
    return sorted(set(rows.values_list("destination", flat=True)))


def arrivals_through(account: str) -> dict[str, tuple[int, datetime]]:
    """What our ledger says arrived through one account, by payout: minor units, and when last
    heard of. Arrivals that went back come to nothing."""
    Kind = LedgerEntry.Kind
    about = LedgerEntry.objects.filter(
        disbursement__destination=account, kind__in=[Kind.ARRIVAL, Kind.RETURN]
    )
    net = Case(When(kind=Kind.ARRIVAL, then=F("amount_minor")), default=-F("amount_minor"))
    rows = about.values("provider_object").annotate(total=Sum(net), last=Max("posted_at"))
    return {row["provider_object"]: (row["total"], row["last"]) for row in rows if row["total"]}


def differences_of(user: User, act: str = "see money") -> QuerySet[Difference]:
    """What differs, in pilots where the user may do this or in nobody's; open ones first, oldest
    first. NotAllowed for who may do it in no pilot."""
    pilots = pilots_where(user, act)
    if not pilots.exists():
        who = ", ".join(sorted(str(role.label).lower() for role in access.ACTS[act]))
        raise NotAllowed(f"In none of your pilots does your role let you {act}. Ask: {who}.")
    mine = Q(pilot__in=pilots) | Q(pilot=None)
    return Difference.objects.filter(mine).order_by("-state", "first_seen_at")


def difference_for(user: User, public_id: str) -> Difference:
    """One difference that the user may close."""
    found = differences_of(user, "match the books").filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such difference in your pilots.")
    return found


EXPORT = (
    "pay_run",
    "fund",
    "code",
    "instalment",
    "due_date",
    "currency",
    "amount_minor",
    "amount",
    "state",
    "provider_reference",
    "sent_on",
    "arrived_on",
    "ledger_entries",
)


def accounting_rows(run: PayRun) -> Iterator[tuple]:
    """One row a payment of a run, in the order of `EXPORT`: codes and no names."""
    payments = (
        run.disbursements.select_related("instalment__award__enrolment", "pay_run__fund")
        .prefetch_related("ledger_entries")
        .order_by("pk")
    )
    for one in payments.iterator(chunk_size=1_000):
        entries = sorted(one.ledger_entries.all(), key=lambda entry: entry.pk)
        yield (
            run.public_id,
            one.pay_run.fund.name,
            one.instalment.award.enrolment.code,
            one.instalment.number,
            one.instalment.due_date.isoformat(),
            one.currency.upper(),
            one.amount_minor,
            f"{one.amount_minor // 100}.{one.amount_minor % 100:02}",
            one.state,
            one.provider_reference or "",
            _first_on(entries, LedgerEntry.Kind.DISBURSEMENT),
            _first_on(entries, LedgerEntry.Kind.ARRIVAL) if one.state == "paid" else "",
            " ".join(str(entry.pk) for entry in entries),
        )


def _first_on(entries: list[LedgerEntry], kind: str) -> str:
    days = (localdate(one.posted_at).isoformat() for one in reversed(entries) if one.kind == kind)
    return next(days, "")
