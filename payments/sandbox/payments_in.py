"""Payments: how a transfer looks from the account that receives it."""


def id_of(transfer_id):
    return "py" + transfer_id.removeprefix("tr")


def of(world, id):
    """The payment, made from the transfer it mirrors."""
    transfer = world.store.get("transfer", "tr" + id.removeprefix("py"))
    return {
        "id": id,
        "object": "charge",
        "amount": transfer["amount"],
        "amount_captured": transfer["amount"],
        "amount_refunded": transfer["amount_reversed"],
        "balance_transaction": transfer["_received"],
        "billing_details": {
            "address": None,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "captured": True,
        "created": transfer["created"],
        "currency": transfer["currency"],
        "description": None,
        "disputed": False,
        "livemode": False,
        "metadata": {},
        "paid": True,
        "refunded": transfer["reversed"],
        "source_transfer": transfer["id"],
        "status": "succeeded",
        "transfer_group": transfer["transfer_group"],
    }
