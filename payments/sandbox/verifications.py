"""Recipient verifications: does the name we have belong to this bank account?

The first name decides: `Nearly` is a close match, `Other` none, `Nobody` cannot be told.
"""

from . import account_shape, agenda, errors, forms, thin_events
from .json_forms import written

KIND = "v2.money_management.recipient_verification"
CREATE = frozenset({"payout_method", "recipient"})
LIVES = 300  # where the law asks for the verification
RESULTS = {"Nearly": "close_match", "Other": "no_match", "Nobody": "unavailable"}
SAYS = {
    "match": "The name belongs to this bank account.",
    "close_match": "The name is nearly that of this bank account.",
    "no_match": "The name is not that of this bank account.",
    "unavailable": "The bank did not answer.",
}


def create(world, call):
    """Ask the bank. What is no match may be used once somebody has acknowledged it."""
    recipient = forms.required_text(call.params, "recipient")
    account = account_shape.found(world, recipient, param="recipient")
    method = forms.required_text(call.params, "payout_method")
    check_method(account, method)
    result = RESULTS.get((account["_first_name"] or "").capitalize(), "match")
    expires = world.now() + LIVES if is_mandatory(account) else None
    verification = {
        "id": world.new_id("rv"),
        "object": KIND,
        "created": world.now(),
        "status": "verified" if result == "match" else "awaiting_acknowledgement",
        "destination": recipient,
        "_method": method,
        "_result": result,
        "_name": account["_first_name"] or "",
        "_expires_at": expires,
        "_acknowledged_at": None,
        "_consumed_at": None,
        "_consumed_by": None,
    }
    world.store.add(verification)
    if expires:
        agenda.put(world, expires, "verification_expires", verification["id"])
    _tell(world, "created", verification, call)
    return shown(verification)


def retrieve(world, call, id):
    return shown(found(world, id))


def acknowledge(world, call, id):
    """Somebody has seen that the names differ, and pays all the same."""
    verification = found(world, id)
    if verification["status"] != "awaiting_acknowledgement":
        raise errors.declined(
            f"A verification that is {verification['status']} cannot be acknowledged.",
            code="recipient_verification_not_awaiting_acknowledgement",
        )
    _change(world, verification, call, status="acknowledged", _acknowledged_at=world.now())
    return shown(verification)


def expire(world, id):
    verification = found(world, id)
    if verification["status"] != "consumed":
        _change(world, verification, None, status="expired")


def check_usable(world, id, account, method):
    """The verification `id`, if it holds for a payment to this account's bank account."""
    verification = found(world, id)
    if (verification["destination"], verification["_method"]) != (account["id"], method):
        raise errors.of_type("cannot_proceed", "This verification is of another bank account.")
    if verification["status"] not in ("verified", "acknowledged"):
        raise errors.of_type("cannot_proceed", f"This verification is {verification['status']}.")
    return verification


def consume(world, verification, payment, call):
    _change(
        world,
        verification,
        call,
        status="consumed",
        _consumed_at=world.now(),
        _consumed_by=payment,
    )


def check_method(account, method):
    """Refuse a payout method that is not this account's bank account."""
    if not account["_bank"] or method != account["_bank"]["id"]:
        raise errors.of_type("invalid_payout_method", "The recipient has no such bank account.")


def is_mandatory(account):
    """In the euro area a payment needs a verification; elsewhere it may have one."""
    return account["country"] in account_shape.EUROZONE.split()


def found(world, id):
    verification = world.store.get(KIND, id)
    if verification is None:
        raise errors.no_such("recipient verification", id)
    return verification


def shown(one):
    consumed = {"type": "outbound_payment", "outbound_payment": one["_consumed_by"]}
    knows_name = one["_result"] in ("match", "close_match")
    return {
        "id": one["id"],
        "object": KIND,
        "consumed_by": consumed if one["_consumed_by"] else None,
        "created": written(one["created"]),
        "expires_at": written(one["_expires_at"]),
        "livemode": False,
        "match_result": one["_result"],
        "match_result_details": {
            "matched_business_type": None,
            "matched_name": one["_name"] if knows_name else None,
            "message": SAYS[one["_result"]],
            "provided_business_type": None,
            "provided_name": one["_name"],
        },
        "payout_method": one["_method"],
        "recipient": one["destination"],
        "status": one["status"],
        "status_transitions": {
            "acknowledged_at": written(one["_acknowledged_at"]),
            "consumed_at": written(one["_consumed_at"]),
        },
        "verification_type": (
            "verification_of_payee" if one["_expires_at"] else "confirmation_of_payee"
        ),
    }


def _change(world, verification, call, **facts):
    verification.update(facts)
    world.store.save(verification)
    _tell(world, "updated", verification, call)


def _tell(world, what, verification, call):
    url = f"/v2/money_management/recipient_verifications/{verification['id']}"
    thin_events.emit(world, f"{KIND}.{what}", (KIND, verification["id"], url), call=call)
