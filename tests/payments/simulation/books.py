"""What the sandbox's own books say of a simulation, beside what ours say."""

from dataclasses import dataclass

from django.db.models import QuerySet

from payments.models import Disbursement, Fund
from payments.queries import balances_of, ledger_faults
from tests.payments.simulation.world import AMOUNT, World


@dataclass(frozen=True)
class Verdict:
    """Counts of payments; `over_minor` is what was sent beyond what was owed, `ledger_off_minor`
    how far the accounts are from what the provider sent."""

    twice: int
    missing: int
    not_at_the_bank: int
    shown_wrongly: int
    over_minor: int
    booked_wrongly: int
    ledger_off_minor: int

    @property
    def faults(self) -> int:
        paid = self.twice + self.missing + self.not_at_the_bank
        return paid + self.shown_wrongly + self.booked_wrongly


def verdict_on(world: World) -> Verdict:
    state = world.sandbox.state()
    booked = [state["payments"].get(order.public_id) for order in world.orders]
    sent = sum(one["sent"] for one in booked if one)
    return Verdict(
        twice=sum(one["transfers"] > 1 for one in booked if one),
        missing=sum(one is None or one["transfers"] == 0 for one in booked),
        not_at_the_bank=sum(one is None or one["arrived"] < AMOUNT for one in booked),
        shown_wrongly=sum(map(is_wrong, world.orders, booked)),
        over_minor=max(0, sent - world.size * AMOUNT),
        booked_wrongly=sum(len(list(ledger_faults(fund))) for fund in funds_of(world)),
        ledger_off_minor=how_far_off(world, sent),
    )


def shown_wrongly(world: World) -> int:
    """How many we show at this hour as what they are not."""
    payments = world.sandbox.state()["payments"]
    return sum(is_wrong(order, payments.get(order.public_id)) for order in world.orders)


def is_wrong(order: Disbursement, booked: dict | None) -> bool:
    """Whether we show as paid what is not at the bank, or the other way round."""
    is_paid = Disbursement.objects.get(pk=order.pk).state == "paid"
    return is_paid != bool(booked and booked["arrived"])


def how_far_off(world: World, sent: int) -> int:
    """Once all has arrived: it left our funds, people have it, and nothing is under way."""
    books = [balances_of(fund) for fund in funds_of(world)]
    wanted = {"funds": -sent, "provider": 0, "participant": sent}
    return sum(abs(sum(book[name] for book in books) - sum_) for name, sum_ in wanted.items())


def funds_of(world: World) -> QuerySet[Fund]:
    return Fund.objects.filter(pay_runs__disbursements__in=world.orders).distinct()
