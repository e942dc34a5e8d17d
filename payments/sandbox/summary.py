"""What a test or an auditor asks of the sandbox: who was sent how much, how often, and did it
arrive."""

from collections import defaultdict

from . import account_shape, balances, deliveries, outbound_payments, payouts, transfers


def of(world):
    """Totals by payment and by transfer group, in minor units; see `payments_of` for the words."""
    with world.store.unit():
        found = world.store.find(transfers.KIND)
        arrived = _arrived(world)
        return {
            "now": world.now(),
            "float": dict(world.store.run("SELECT currency, amount FROM floats")),
            "accounts": _tally(
                account_shape.state_of(account) for account in world.store.find(account_shape.KIND)
            ),
            "transfers": len(found),
            "payments": payments_of(found, arrived, "_payment"),
            "groups": payments_of(found, arrived, "transfer_group"),
            "outbound": outbound_of(world.store.find(outbound_payments.KIND)),
            "payouts": _tally(payout["status"] for payout in world.store.find(payouts.KIND)),
            "events": world.store.row("SELECT count(*) FROM objects WHERE kind = 'event'")[0],
            "deliveries": deliveries.counts(world),
            "requests": world.store.row("SELECT count(*) FROM requests")[0],
        }


def payments_of(found, arrived, name):
    """{payment: {transfers, sent, arrived, ids}}; `transfers` counts those not wholly reversed."""
    totals = defaultdict(lambda: {"transfers": 0, "sent": 0, "arrived": 0, "ids": []})
    for transfer in found:
        if transfer.get(name) is None:
            continue
        total = totals[transfer[name]]
        total["transfers"] += not transfer["reversed"]
        total["sent"] += transfer["amount"] - transfer["amount_reversed"]
        total["arrived"] += transfer["amount"] if transfer["_received"] in arrived else 0
        total["ids"].append(transfer["id"])
    return dict(totals)


def outbound_of(found):
    """The same of outbound payments; those that came back or never left count for nothing."""
    totals = defaultdict(lambda: {"payments": 0, "sent": 0, "arrived": 0, "ids": []})
    for one in found:
        total, is_live = totals[one["_payment"]], one["status"] in ("processing", "posted")
        total["payments"] += is_live
        total["sent"] += one["_amount"] if is_live else 0
        total["arrived"] += one["_amount"] if one["status"] == "posted" else 0
        total["ids"].append(one["id"])
    return dict(totals)


def _arrived(world):
    """The lines whose payout is at the bank."""
    rows = world.store.run(
        "SELECT line.id FROM objects line JOIN objects payout ON payout.id = line.payout"
        " WHERE line.kind = ? AND payout.kind = ? AND payout.status = 'paid'",
        balances.KIND,
        payouts.KIND,
    )
    return {id for (id,) in rows}


def _tally(words):
    counts = defaultdict(int)
    for word in words:
        counts[word] += 1
    return dict(counts)
