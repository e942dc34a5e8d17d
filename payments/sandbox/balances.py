"""Money: the platform's float, and a line for every movement on every account."""

from . import errors, forms, lists, payments_in
from .world import PLATFORM

KIND = "balance_transaction"
FILTERS = lists.PAGING | {"currency", "payout", "source", "type"}
CATEGORIES = {
    "payment": "charge",
    "payment_refund": "refund",
    "transfer_refund": "transfer_reversal",
    "payout_failure": "payout_reversal",
    "payout_cancel": "payout_reversal",
    "adjustment": "other_adjustment",
}


def float_of(world, currency):
    """What the platform can send now, in minor units."""
    row = world.store.row("SELECT amount FROM floats WHERE currency = ?", currency)
    return row[0] if row else 0


def post(world, account, amount, currency, type, source, *, available_on=None, payout=None):
    """Write a movement of `amount` on `account`; the float follows. Returns the line's id."""
    now = world.now()
    line = {
        "id": world.new_id("txn"),
        "object": KIND,
        "amount": amount,
        "balance_type": "payments",
        "available_on": now if available_on is None else available_on,
        "created": now,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": amount,
        "reporting_category": CATEGORIES.get(type, type),
        "source": source,
        "type": type,
        "_account": account,
        "_payout": payout,
    }
    world.store.add(line)
    if account == PLATFORM:
        add_to_float(world, currency, amount)
    return line["id"]


def set_float(world, currency, amount):
    """Make the float exactly `amount`, by an adjustment."""
    change = amount - float_of(world, currency)
    if change:
        post(world, PLATFORM, change, currency, "adjustment", None)
    return amount


def add_to_float(world, currency, amount):
    """Change what the platform can send, without a line of its own."""
    world.store.run(
        "INSERT INTO floats (currency, amount) VALUES (?, ?)"
        " ON CONFLICT (currency) DO UPDATE SET amount = amount + excluded.amount",
        currency,
        amount,
    )


def retrieve(world, call):
    """The balance of the account acted for."""
    available, pending = (
        _of_platform(world) if call.owner == PLATFORM else of_account(world, call.owner)
    )
    return {
        "object": "balance",
        "livemode": False,
        "available": _amounts(available, pending),
        "pending": _amounts(pending, available),
    }


def of_account(world, account):
    """({currency: available}, {currency: pending}) of a connected account."""
    available, pending = {}, {}
    for line in world.store.find(KIND, "account = ?", account):
        side = available if line["available_on"] <= world.now() else pending
        side[line["currency"]] = side.get(line["currency"], 0) + line["net"]
    return available, pending


def index(world, call):
    """Lines of the account acted for; a payout's, its own among them, only once it is
    reconciled."""
    params = call.params
    filters = [("account = ?", call.owner)]
    for name in ("type", "source"):
        if params.get(name):
            filters.append((f"{name} = ?", forms.text(params, name)))
    if params.get("currency"):
        filters.append(("json_extract(body, '$.currency') = ?", forms.currency(params)))
    if params.get("payout"):
        filters.append(_of_payout(world, call, forms.text(params, "payout")))
    return lists.page(
        world.store,
        KIND,
        params,
        "/v1/balance_transactions",
        filters,
        lambda line: shown(world, line, params),
    )


def shown(world, line, params=None):
    status = "available" if line["available_on"] <= world.now() else "pending"
    line = {**lists.public(line), "status": status}
    if params and "data.source" in params.get("expand", ()):
        line["source"] = _expanded(world, line["source"])
    return line


def transaction(world, call, id):
    line = world.store.get(KIND, id)
    if line is None or line["_account"] != call.owner:
        raise errors.no_such("balance transaction", id)
    return shown(world, line)


def _of_payout(world, call, id):
    payout = world.store.get("payout", id)
    if payout is None or payout["_account"] != call.owner:
        raise errors.no_such("payout", id, param="payout", status=400)
    if not payout["automatic"]:
        raise errors.invalid(
            "The lines of a payout can be listed for automatic payouts only.", param="payout"
        )
    if payout["reconciliation_status"] != "completed":
        return ("payout = ? AND type = 'payout'", id)
    return ("payout = ?", id)


def _expanded(world, source):
    if source and source.startswith("py_"):
        return payments_in.of(world, source)
    for kind in ("payout", "transfer", "topup"):
        if source and (body := world.store.get(kind, source)):
            return lists.public(body)
    return source


def _of_platform(world):
    available = dict(world.store.run("SELECT currency, amount FROM floats"))
    pending = {}
    for topup in world.store.find("topup", "status = 'pending'"):
        pending[topup["currency"]] = pending.get(topup["currency"], 0) + topup["amount"]
    return available, pending


def _amounts(side, other):
    return [
        {
            "amount": side.get(currency, 0),
            "currency": currency,
            "source_types": {"card": side.get(currency, 0)},
        }
        for currency in sorted({*side, *other})
    ]
