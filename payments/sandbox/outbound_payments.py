"""Outbound payments: money from the platform's financial account straight to somebody's bank.

processing -> posted -> returned; or failed, or canceled while processing. The financial account
holds the same float as transfers are paid from. Which error answers what is our reading of the
SDK's classes.
"""

from . import (
    account_shape,
    agenda,
    balances,
    banks,
    errors,
    forms,
    json_forms,
    replica,
    standing,
    thin_events,
    verifications,
)
from .json_forms import branch, written
from .payouts import HANDED_OVER_WITHIN, RETURNS_AFTER

KIND = "v2.money_management.outbound_payment"
FINANCIAL_ACCOUNT = "fa_sbxplatform"
AT_HOME_IN = ("GB", "US")
STATUSES = ("canceled", "failed", "posted", "processing", "returned")
CREATE = frozenset(
    {
        "amount",
        "description",
        "from",
        "metadata",
        "recipient_notification",
        "recipient_verification",
        "statement_descriptor",
        "to",
    }
)
FILTERS = json_forms.PAGING | {"created", "recipient", "status"}
FAILS = {
    "no_account": "payout_method_does_not_exist",
    "insufficient_funds": "unknown_failure",
    "debit_not_authorized": "payout_method_declined",
    "invalid_currency": "payout_method_unsupported",
}
RETURNS = {"account_closed": "payout_method_closed", "no_account": "payout_method_does_not_exist"}


def create(world, call):
    """Take the money out of the float and hand it to the bank, or say why not."""
    params = call.params
    if world.options.country not in AT_HOME_IN:
        raise errors.of_type("feature_not_enabled", "This platform has no outbound payments.")
    amount, currency = json_forms.money(params)
    _check_source(params, currency)
    account = _recipient(world, branch(params, "to"))
    method = account["_bank"]["id"]
    facts = {
        "_metadata": forms.metadata(params),
        "_description": forms.text(params, "description"),
        "_statement": forms.text(params, "statement_descriptor") or "SANDBOX",
    }
    verification = _verification(world, params, account, method)
    if balances.float_of(world, currency) < amount:
        raise errors.of_type("insufficient_funds", "The financial account holds too little.")
    payment = _made(world, call, account, amount, currency, facts)
    if verification:
        payment["_verification"] = verification["id"]
        verifications.consume(world, verification, payment["id"], call)
    balances.add_to_float(world, currency, -amount)
    world.store.add(payment)
    _tell(world, payment, "created", call)
    agenda.put(world, world.now() + _handed_over_after(world), "outbound_post", payment["id"])
    if banks.restricts_on_first_transfer(payment["_number"]) and not account["_was_paid"]:
        standing.change(world, account["id"], "restrict_once_paid")
    return shown(payment)


def index(world, call):
    """From the copy that lags: what is not listed may exist all the same."""
    params = call.params
    filters = json_forms.created(params)
    if recipient := forms.text(params, "recipient"):
        filters.append(("destination = ?", recipient))
    if wanted := json_forms.words(params, "status", STATUSES):
        filters.append((f"status IN ({', '.join('?' * len(wanted))})", *wanted))
    kind = replica.kind_of(KIND)
    return json_forms.page(world, kind, call, filters, lambda copy: shown(copy["_of"]))


def retrieve(world, call, id):
    return shown(_found(world, id))


def cancel(world, call, id):
    payment = _found(world, id)
    if payment["status"] == "canceled":
        raise errors.of_type("already_canceled", "This payment has been canceled already.")
    if payment["status"] != "processing":
        raise errors.of_type("not_cancelable", f"A payment that is {payment['status']} stays so.")
    agenda.strike(world, "outbound_post", id)
    _end(world, payment, "canceled", call=call)
    return shown(payment)


def post(world, id):
    """The bank is told: the money leaves, is refused, or is looked at for ever, by its number."""
    payment = _found(world, id)
    if payment["status"] != "processing":
        return
    fate = banks.outcome(payment["_number"])
    if fate.stays_in_transit:
        payment["_reason"] = "under_review"
        world.store.save(payment)
        _tell(world, payment, "under_review")
    elif fate.failure in FAILS and not fate.fails_after_paid:
        _end(world, payment, "failed", FAILS[fate.failure])
    else:
        payment.update(status="posted", _posted_at=world.now())
        world.store.save(payment)
        _tell(world, payment, "posted")
        if fate.failure:
            after = RETURNS_AFTER if fate.fails_after_paid else world.options.arrive_after
            agenda.put(world, world.now() + after, "outbound_return", id)


def come_back(world, id):
    payment = _found(world, id)
    _end(world, payment, "returned", RETURNS[banks.outcome(payment["_number"]).failure])


def shown(one):
    """The payment as the API shows it."""
    money = {"value": one["_amount"], "currency": one["_currency"]}
    at_rest = one["status"] in ("canceled", "failed", "returned")
    return {
        "id": one["id"],
        "object": KIND,
        "amount": money,
        "cancelable": one["status"] == "processing",
        "created": written(one["created"]),
        "description": one["_description"],
        "expected_arrival_date": None if at_rest else written(one["_arrives_at"]),
        "from": {"debited": money, "financial_account": FINANCIAL_ACCOUNT},
        "livemode": False,
        "metadata": one["_metadata"],
        "payout_intent": None,
        "recipient_notification": {"setting": "none"},
        "recipient_verification": one["_verification"],
        "statement_descriptor": one["_statement"],
        "status": one["status"],
        "status_details": _details(one),
        "status_transitions": {
            f"{word}_at": written(one[f"_{word}_at"])
            for word in ("canceled", "failed", "posted", "returned")
        },
        "to": {
            "credited": money,
            "payout_method": one["_method"],
            "payout_method_options": None,
            "recipient": one["destination"],
        },
        "tracking_details": _tracking(one),
    }


def _check_source(params, currency):
    forms.required(params, "from")
    source = branch(params, "from")
    if forms.required_text(source, "financial_account") != FINANCIAL_ACCOUNT:
        raise errors.no_such("financial account", source["financial_account"])
    wanted = forms.currency(source), forms.text(branch(params, "to"), "currency") or currency
    if wanted != (currency, currency):
        raise errors.invalid("The sandbox changes no money: use one currency.", param="amount")


def _recipient(world, to):
    """The account to pay, if it can be paid at the bank account that is meant."""
    account = account_shape.found(world, forms.required_text(to, "recipient"))
    if account["capabilities"]["transfers"] != "active" or not account["payouts_enabled"]:
        raise errors.of_type("capability_not_enabled", "The recipient cannot be paid yet.")
    verifications.check_method(
        account,
        forms.text(to, "payout_method") or (account["_bank"] or {}).get("id"),
    )
    return account


def _verification(world, params, account, method):
    if id := forms.text(params, "recipient_verification"):
        return verifications.check_usable(world, id, account, method)
    if verifications.is_mandatory(account):
        raise errors.of_type("cannot_proceed", "Verify the recipient first.")
    return None


def _made(world, call, account, amount, currency, facts):
    now = world.now()
    return {
        "id": world.new_id("obp"),
        "object": KIND,
        "created": now,
        "status": "processing",
        "destination": account["id"],
        "_payment": call.payment,
        "_amount": amount,
        "_currency": currency,
        "_method": account["_bank"]["id"],
        "_number": account["_bank"]["_number"],
        "_arrives_at": now + world.options.arrive_after,
        "_verification": None,
        "_reason": None,
        **{f"_{word}_at": None for word in ("canceled", "failed", "posted", "returned")},
        **facts,
    }


def _end(world, payment, status, reason=None, call=None):
    """It is over, and the money is in the float again."""
    payment.update({"status": status, "_reason": reason, f"_{status}_at": world.now()})
    balances.add_to_float(world, payment["_currency"], payment["_amount"])
    world.store.save(payment)
    _tell(world, payment, status, call)


def _tell(world, payment, what, call=None):
    replica.follow(world, payment)
    url = f"/v2/money_management/outbound_payments/{payment['id']}"
    thin_events.emit(
        world,
        f"{KIND}.{what}",
        (KIND, payment["id"], url),
        payment=payment["_payment"],
        call=call,
    )


def _handed_over_after(world):
    return min(world.options.arrive_after // 2, HANDED_OVER_WITHIN)


def _details(one):
    words = ("failed", "processing", "returned")
    if one["_reason"] is None:
        return None
    return {word: {"reason": one["_reason"]} if word == one["status"] else None for word in words}


def _tracking(one):
    has_trace = one["_posted_at"] is not None
    trace = "SBX" + one["id"][-12:].upper() if has_trace else None
    return {
        "bank_account": {"trace_id": trace},
        "card": None,
        "status": "supported" if has_trace else "pending",
        "type": "bank_account",
    }


def _found(world, id):
    payment = world.store.get(KIND, id)
    if payment is None:
        raise errors.no_such("outbound payment", id)
    return payment
