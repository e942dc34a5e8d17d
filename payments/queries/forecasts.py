"""Looking ahead, and looking back: what a fund will need, and what a schedule was."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import TruncMonth

from payments.models import Award, Disbursement, Fund, Hold, Instalment, LedgerEntry
from payments.queries.money import LIVE
from payments.rules import months_after


@dataclass(frozen=True)
class Need:
    """What one month takes from a fund, in minor units; `held_minor` is what waits on a hold."""

    month: date
    due_minor: int
    held_minor: int
    payments: int


def forecast_of(fund: Fund, today: date, *, months: int = 6) -> list[Need]:
    """What a fund needs in each of the next months, overdue sums in the first.

    It counts what is planned and not on its way: just what pay runs will take up to then.
    """
    first = today.replace(day=1)
    ends = months_after(first, months)
    held = Hold.objects.filter(award=OuterRef("award"), lifted_at=None)
    live = Disbursement.objects.filter(LIVE, instalment=OuterRef("pk"))
    owed = Instalment.objects.filter(
        ~Exists(live), award__fund=fund, state="planned", due_date__lt=ends
    ).annotate(is_held=Exists(held), month=TruncMonth("due_date"))
    rows = owed.values("month", "is_held").annotate(
        total=Sum("amount_minor"), n=Sum(Case(When(pk__gt=0, then=1), output_field=IntegerField()))
    )
    needs = {months_after(first, number): [0, 0, 0] for number in range(months)}
    for row in rows:
        need = needs[max(row["month"], first)]
        need[1 if row["is_held"] else 0] += row["total"]
        need[2] += row["n"]
    return [Need(month, *need) for month, need in needs.items()]


def owed_until(day: date) -> dict[str, int]:
    """What falls due up to and on a day, of all pilots, in minor units by currency.

    As in a forecast, what is on its way or held is left out, and what is overdue is in it.
    """
    held = Hold.objects.filter(award=OuterRef("award"), lifted_at=None)
    live = Disbursement.objects.filter(LIVE, instalment=OuterRef("pk"))
    owed = Instalment.objects.filter(
        ~Exists(live), ~Exists(held), state="planned", due_date__lte=day
    )
    rows = owed.values_list("award__fund__currency").annotate(total=Sum("amount_minor"))
    return dict(rows.order_by("award__fund__currency"))


@dataclass(frozen=True)
class Then:
    """One instalment as it stood at a moment."""

    number: int
    kind: str
    due_date: date
    amount_minor: int
    has_arrived: bool


def schedule_as_of(award: Award, moment: datetime) -> list[Then]:
    """The schedule of an award as it stood then: what had been promised and not cancelled, and
    what the ledger says had arrived."""
    arrived = _arrived_by(award, moment)
    gone = Q(state="cancelled", state_changed_at__lte=moment)
    rows: QuerySet[Instalment] = award.instalments.filter(promised_at__lte=moment).exclude(gone)
    return [
        Then(one.number, one.kind, one.due_date, one.amount_minor, arrived.get(one.pk, 0) > 0)
        for one in rows.order_by("due_date", "number")
    ]


def _arrived_by(award: Award, moment: datetime) -> dict[int, int]:
    """Minor units that had reached the participant for each instalment, less what went back."""
    Account = LedgerEntry.Account
    sign = Case(
        When(to_account=Account.PARTICIPANT, then=F("amount_minor")),
        When(from_account=Account.PARTICIPANT, then=-F("amount_minor")),
        default=0,
    )
    rows = (
        LedgerEntry.objects.filter(disbursement__instalment__award=award, posted_at__lte=moment)
        .values("disbursement__instalment")
        .annotate(net=Sum(sign))
    )
    return {row["disbursement__instalment"]: row["net"] for row in rows}
