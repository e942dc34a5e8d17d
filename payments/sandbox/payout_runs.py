"""Automatic payouts: each account's available money goes to its bank, at most once a day."""

from . import account_shape, agenda, balances, payouts

UNPAID = "account = ? AND payout IS NULL"


def run(world, account_id):
    """Pay out what is available on one account, and note when to look again.

    Does nothing while payouts are disabled, by hand, or stopped by a failed one; whatever ends that
    puts the account back into the diary.
    """
    account = account_shape.found(world, account_id)
    if not _runs_by_itself(account):
        return
    lines = world.store.find(balances.KIND, UNPAID, account_id)
    ready = [line for line in lines if line["available_on"] <= world.now()]
    if _pay_out(world, account, ready):
        account["_next_run"] = world.now() + world.options.payout_every
        world.store.save(account)
    waiting = [line["available_on"] for line in lines if line["available_on"] > world.now()]
    if waiting:
        agenda.put(world, max(min(waiting), account["_next_run"]), "payout_run", account_id)


def force(world, account_id=None, arrive=False):
    """Run now, for one account or all, money that is still pending included; returns the payouts'
    ids."""
    made = []
    for account in (
        [account_shape.found(world, account_id)]
        if account_id
        else world.store.find(account_shape.KIND)
    ):
        if _runs_by_itself(account):
            lines = world.store.find(balances.KIND, UNPAID, account["id"])
            for line in lines:
                line["available_on"] = min(line["available_on"], world.now())
                world.store.save(line)
            made += _pay_out(world, account, lines)
    for id in made if arrive else ():
        agenda.strike(world, "payout_arrive", id)
        payouts.arrive(world, id)
    return made


def _runs_by_itself(account):
    return (
        account["payouts_enabled"]
        and not account["_payouts_stopped"]
        and account["settings"]["payouts"]["schedule"]["interval"] != "manual"
    )


def _pay_out(world, account, lines):
    """One payout for each currency with something in it."""
    made = []
    for currency in sorted({line["currency"] for line in lines}):
        carried = [line for line in lines if line["currency"] == currency]
        amount = sum(line["net"] for line in carried)
        if amount > 0:
            payout = payouts.make(world, account, amount, currency, automatic=True)
            for line in carried:
                world.store.save({**line, "_payout": payout["id"]})
            made.append(payout["id"])
    return made
