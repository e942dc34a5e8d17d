"""Transfers: money from the platform's float to a connected account, and back again."""

from . import account_shape, agenda, balances, banks, errors, forms, lists, payments_in, standing
from .events import emit
from .world import PLATFORM

KIND = "transfer"
CREATE = frozenset(
    {
        "amount",
        "currency",
        "destination",
        "description",
        "metadata",
        "source_transaction",
        "source_type",
        "transfer_group",
    }
)
UPDATE = frozenset({"description", "metadata"})
REVERSE = frozenset({"amount", "description", "metadata", "refund_application_fee"})
FILTERS = lists.PAGING | {"transfer_group", "destination"}


def create(world, call):
    """Move the money at once, or say why not."""
    params = call.params
    amount, currency = forms.amount(params), forms.currency(params)
    destination = forms.required_text(params, "destination")
    account = account_shape.found(world, destination, param="destination", status=400)
    facts = {
        "description": forms.text(params, "description"),
        "metadata": forms.metadata(params),
        "transfer_group": forms.text(params, "transfer_group"),
        "_payment": call.payment,
    }
    _check_capability(account)
    _check_float(world, amount, currency)
    transfer = _move(world, amount, currency, account, facts)
    emit(world, "transfer.created", transfer, call=call)
    if banks.restricts_on_first_transfer(account["_bank"]["_number"]) and not account["_was_paid"]:
        standing.change(world, account["id"], "restrict_once_paid")
    return lists.public(transfer)


def index(world, call):
    params = call.params
    filters = [
        (f"{name} = ?", forms.text(params, name))
        for name in ("transfer_group", "destination")
        if params.get(name)
    ]
    return lists.page(world.store, KIND, params, "/v1/transfers", filters)


def retrieve(world, call, id):
    return lists.public(_found(world, id))


def update(world, call, id):
    transfer = _found(world, id)
    transfer["metadata"] = forms.metadata(call.params, transfer["metadata"])
    if "description" in call.params:
        transfer["description"] = forms.text(call.params, "description")
    world.store.save(transfer)
    emit(world, "transfer.updated", transfer, call=call)
    return lists.public(transfer)


def reverse(world, call, id):
    """Take some or all of it back, as long as the account still holds that much."""
    transfer, params = _found(world, id), call.params
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = forms.amount(params) if "amount" in params else left
    metadata = forms.metadata(params)
    _check_reversal(world, transfer, amount, left)
    reversal = _take_back(world, transfer, amount, metadata)
    emit(world, "transfer.reversed", transfer, call=call)
    return reversal


def reversals(world, call, id):
    return lists.listed(_found(world, id)["reversals"]["data"], f"/v1/transfers/{id}/reversals")


def _move(world, amount, currency, account, facts):
    id, now = world.new_id("tr"), world.now()
    payment, available_on = payments_in.id_of(id), now + world.options.payout_after
    sent = balances.post(world, PLATFORM, -amount, currency, "transfer", id)
    received = balances.post(
        world, account["id"], amount, currency, "payment", payment, available_on=available_on
    )
    agenda.put(world, max(available_on, account["_next_run"]), "payout_run", account["id"])
    return world.store.add(
        {
            "id": id,
            "object": KIND,
            "amount": amount,
            "amount_reversed": 0,
            "balance_transaction": sent,
            "created": now,
            "currency": currency,
            "destination": account["id"],
            "destination_payment": payment,
            "livemode": False,
            "reversed": False,
            "source_transaction": None,
            "source_type": "card",
            "reversals": lists.listed([], f"/v1/transfers/{id}/reversals"),
            "_received": received,
            **facts,
        }
    )


def _take_back(world, transfer, amount, metadata):
    currency, refund = transfer["currency"], world.new_id("pyr")
    reversal = {
        "id": world.new_id("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "created": world.now(),
        "currency": currency,
        "destination_payment_refund": refund,
        "metadata": metadata,
        "source_refund": None,
        "transfer": transfer["id"],
    }
    reversal["balance_transaction"] = balances.post(
        world, PLATFORM, amount, currency, "transfer_refund", reversal["id"]
    )
    balances.post(world, transfer["destination"], -amount, currency, "payment_refund", refund)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    world.store.save(transfer)
    return reversal


def _found(world, id):
    transfer = world.store.get(KIND, id)
    if transfer is None:
        raise errors.no_such("transfer", id)
    return transfer


def _check_capability(account):
    if account["capabilities"]["transfers"] != "active":
        raise errors.declined(
            "The destination account needs the transfers capability before it can receive money.",
            code="insufficient_capabilities_for_transfer",
            param="destination",
        )


def _check_float(world, amount, currency):
    if balances.float_of(world, currency) < amount:
        raise errors.declined(
            "The available balance does not cover this transfer.", code="balance_insufficient"
        )


def _check_reversal(world, transfer, amount, left):
    if amount > left or not left:
        raise errors.declined(
            f"At most {left} of this transfer can still be reversed.",
            code="transfer_reversal_amount_invalid" if left else "transfer_already_reversed",
            param="amount",
        )
    available, pending = balances.of_account(world, transfer["destination"])
    currency = transfer["currency"]
    if available.get(currency, 0) + pending.get(currency, 0) < amount:
        raise errors.declined(
            "The connected account no longer holds enough to reverse this transfer.",
            code="balance_insufficient",
        )
