"""What the sandbox's own books say of a simulation, beside what ours say."""

from dataclasses import dataclass

from payments.models import Disbursement, Fund
from payments.queries import balances_of
from tests.payments.simulation.world import AMOUNT, World


@dataclass(frozen=True)
class Verdict:
    """Counts of payments; `over_minor` is what was sent beyond what was owed."""

    twice: int
    missing: int
    not_at_the_bank: int
    shown_wrongly: int
    over_minor: int
    ledger_off_minor: int

    @property
    def faults(self) -> int:
        return self.twice + self.missing + self.not_at_the_bank + self.shown_wrongly


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
        ledger_off_minor=abs(in_the_ledger(world) - sent),
    )


def is_wrong(order: Disbursement, booked: dict | None) -> bool:
    """Whether we show as paid what is not at the bank, or the other way round."""
    is_paid = Disbursement.objects.get(pk=order.pk).state == "paid"
    return is_paid != bool(booked and booked["arrived"])


def in_the_ledger(world: World) -> int:
    funds = Fund.objects.filter(pay_runs__disbursements__in=world.orders).distinct()
    return sum(balances_of(fund)["participant"] for fund in funds)
