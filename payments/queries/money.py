"""Sums: what was promised, what was sent, what the ledger says."""

from django.db.models import Q, Sum

from cashpilot.core.money import in_words
from cashpilot.core.refusals import Refused
from payments.models import ApprovalThreshold, Disbursement, Fund, Instalment, LedgerEntry, PayRun

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


def thresholds_of(pilot: int) -> list[tuple[int, int]]:
    """From which sums on a pilot's runs take how many people, by the pilot's key; smallest
    first."""
    found = ApprovalThreshold.objects.filter(pilot=pilot).order_by("from_minor")
    return list(found.values_list("from_minor", "approvers"))


def total_of(run: PayRun) -> int:
    """The sum of a run's lines, in minor units."""
    return _sum(run.lines)


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
