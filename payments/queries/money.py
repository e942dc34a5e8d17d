"""Sums: what was promised, what was sent, what the ledger says."""

from datetime import datetime, timedelta

from django.db.models import Q, Sum

from cashpilot.core.money import in_words
from cashpilot.core.refusals import Refused
from payments.models import (
    ApprovalThreshold,
    Disbursement,
    Fund,
    Instalment,
    LedgerEntry,
    PayRun,
    PayRunLine,
)

A_DAY = timedelta(days=1)
LIVE = ~Q(state="failed") & ~Q(state="returned", returned_to="funds")


class OverBudget(Refused):
    """The fund cannot keep one more promise."""

    code = "over-budget"


def promised_minor(fund: Fund) -> int:
    """Everything promised from a fund that is not cancelled."""
    owed = Instalment.objects.filter(award__fund=fund).exclude(state="cancelled")
    return _sum(owed)


def check_room(fund: Fund, more_minor: int, what_for: str) -> None:
    """Refuse where a locked fund's budget cannot hold so much more."""
    missing = promised_minor(fund) + more_minor - fund.budget_minor
    if missing > 0:
        raise OverBudget(
            f"The budget of “{fund.name}” is {in_words(missing, fund.currency)} too small "
            f"{what_for}. Raise the budget first."
        )


def sent_minor(fund: Fund) -> int:
    """Everything sent or about to be sent from a fund, that did not come back to it."""
    return _sum(Disbursement.objects.filter(LIVE, pay_run__fund=fund))


def unsent_minor(currency: str) -> int:
    """What approved runs in a currency have still to send from the money at the provider."""
    waiting = Disbursement.objects.filter(
        state__in=["queued", "submitting", "unknown"],
        currency=currency,
        pay_run__state__in=["approved", "sending"],
    )
    return _sum(waiting)


def thresholds_of(pilot: int, now: datetime) -> list[tuple[int, int]]:
    """From which sums on a pilot's runs now take how many people, by the pilot's key; smallest
    first."""
    begun = Q(holds_from=None) | Q(holds_from__lte=now)
    not_over = Q(holds_until=None) | Q(holds_until__gt=now)
    found = ApprovalThreshold.objects.filter(begun, not_over, pilot=pilot)
    return list(found.order_by("from_minor").values_list("from_minor", "approvers"))


def thresholds_ahead(pilot: int, now: datetime) -> list[tuple[int, int, datetime]]:
    """Which sums will take how many people from when on; one where it will be nobody beside the
    one whom every run takes."""
    found = ApprovalThreshold.objects.filter(pilot=pilot, holds_until__gt=now)
    after = {
        (one.from_minor, one.holds_from): one.approvers
        for one in ApprovalThreshold.objects.filter(pilot=pilot, holds_from__gt=now)
    }
    return [
        (one.from_minor, after.get((one.from_minor, one.holds_until), 1), one.holds_until)
        for one in found.order_by("from_minor")
    ]


def total_of(run: PayRun) -> int:
    """The sum of a run's lines, in minor units."""
    return _sum(run.lines)


def frozen_lately_minor(run: PayRun, now: datetime) -> int:
    """What the pilot's other runs send that were frozen in the last day: a large run that is cut
    into small ones is still a large run. Of a stopped one counts what may have been sent."""
    others = PayRun.objects.filter(
        fund__pilot=run.fund.pilot_id,
        fund__currency=run.fund.currency,
        frozen_at__gt=now - A_DAY,
    ).exclude(pk=run.pk)
    lines = PayRunLine.objects.filter(pay_run__in=others.exclude(state="stopped"))
    sent = Disbursement.objects.filter(LIVE, pay_run__in=others.filter(state="stopped"))
    return _sum(lines) + _sum(sent)


def balances_of(fund: Fund) -> dict[str, int]:
    """Every account of a fund, from the ledger alone; together they are always nothing."""
    entries = LedgerEntry.objects.filter(fund=fund)
    net = dict.fromkeys(LedgerEntry.Account.values, 0)
    for side, sign in (("to_account", 1), ("from_account", -1)):
        for row in entries.values(side).annotate(total=Sum("amount_minor")):
            net[row[side]] += sign * row["total"]
    return net


def _sum(rows) -> int:
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0
