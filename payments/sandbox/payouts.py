"""Payouts: money from an account's balance to its bank, and what becomes of it.

pending -> in_transit -> paid -> failed; or canceled while pending, or failed on arrival.
"""

from . import account_shape, agenda, balances, banks, errors, forms, lists
from .events import emit
from .world import DAY, PLATFORM

KIND = "payout"
CREATE = frozenset(
    {
        "amount",
        "currency",
        "description",
        "destination",
        "metadata",
        "method",
        "payout_method",
        "source_type",
        "statement_descriptor",
    }
)
UPDATE = frozenset({"metadata"})
FILTERS = lists.PAGING | {"status", "destination", "arrival_date"}
RETURNS_AFTER = 2 * DAY  # a bank that first accepted it
HANDED_OVER_WITHIN = 3600


def create(world, call):
    """A payout by hand, from the account acted for."""
    params = call.params
    amount, currency, metadata = (
        forms.amount(params),
        forms.currency(params),
        forms.metadata(params),
    )
    if call.account:
        available, _ = balances.of_account(world, call.account)
        left, account = available.get(currency, 0), account_shape.found(world, call.account)
        if not account["payouts_enabled"]:
            raise errors.declined(
                "Payouts are not enabled on this account.", code="payouts_not_allowed"
            )
    else:
        left, account = balances.float_of(world, currency), None
    if left < amount:
        raise errors.declined(
            "The available balance does not cover this payout.", code="balance_insufficient"
        )
    facts = {
        "description": forms.text(params, "description"),
        "metadata": metadata,
        "statement_descriptor": forms.text(params, "statement_descriptor"),
    }
    return lists.public(make(world, account, amount, currency, automatic=False, call=call, **facts))


def index(world, call):
    params = call.params
    filters = [("account = ?", call.owner)]
    filters += [
        (f"{name} = ?", forms.text(params, name))
        for name in ("status", "destination")
        if params.get(name)
    ]
    filters += [
        (condition.replace("arrival_date", "json_extract(body, '$.arrival_date')"), value)
        for condition, value in lists.compared(params, "arrival_date")
    ]
    return lists.page(world.store, KIND, params, "/v1/payouts", filters)


def retrieve(world, call, id):
    return lists.public(_found(world, call, id))


def update(world, call, id):
    payout = _found(world, call, id)
    payout["metadata"] = forms.metadata(call.params, payout["metadata"])
    world.store.save(payout)
    _tell(world, "payout.updated", payout, call)
    return lists.public(payout)


def cancel(world, call, id):
    payout = _found(world, call, id)
    if payout["status"] != "pending":
        raise errors.declined(
            "Only a pending payout can be canceled.", code="payout_not_cancelable"
        )
    payout["status"] = "canceled"
    for act in ("payout_submit", "payout_arrive"):
        agenda.strike(world, act, id)
    _give_back(world, payout, "payout_cancel")
    _tell(world, "payout.canceled", payout, call)
    if call.account:
        run_on = max(world.now() + 1, account_shape.found(world, call.account)["_next_run"])
        agenda.put(world, run_on, "payout_run", call.account)
    return lists.public(payout)


def make(world, account, amount, currency, *, automatic, call=None, **facts):
    """A pending payout of `account` (None: the platform), and its line in the balance."""
    id, now, options = world.new_id("po"), world.now(), world.options
    owner = account["id"] if account else PLATFORM
    line = balances.post(
        world, owner, -amount, currency, "payout", id, payout=id if automatic else None
    )
    payout = _blank(id, now, account["_bank"] if account else None, automatic)
    payout.update(amount=amount, currency=currency, balance_transaction=line, _account=owner)
    payout.update(arrival_date=now + options.arrive_after, **facts)
    world.store.add(payout)
    _tell(world, "payout.created", payout, call)
    agenda.put(world, now + min(options.arrive_after // 2, HANDED_OVER_WITHIN), "payout_submit", id)
    agenda.put(world, payout["arrival_date"], "payout_arrive", id)
    return payout


def submit(world, id):
    """Hand it to the bank; from now on the list of what it pays is complete."""
    payout = world.store.get(KIND, id)
    if payout["status"] != "pending":
        return
    payout.update(status="in_transit", trace_id={"status": "pending", "value": None})
    if payout["automatic"]:
        payout["reconciliation_status"] = "completed"
    world.store.save(payout)
    _tell(world, "payout.updated", payout)
    if payout["automatic"]:
        _tell(world, "payout.reconciliation_completed", payout)


def arrive(world, id):
    """The bank takes it, refuses it, or says nothing, by its number."""
    submit(world, id)
    payout = world.store.get(KIND, id)
    fate = banks.outcome(payout["_number"])
    if payout["status"] != "in_transit" or fate.stays_in_transit:
        return
    if fate.failure and not fate.fails_after_paid:
        _fail(world, payout, fate.failure)
    else:
        _take(world, payout)
    if fate.fails_after_paid:
        agenda.put(world, world.now() + RETURNS_AFTER, "payout_bounce", id)


def bounce(world, id):
    """The bank sends back what it had accepted."""
    payout = world.store.get(KIND, id)
    _fail(world, payout, banks.outcome(payout["_number"]).failure)


def _take(world, payout):
    """The bank has it, and gives it a trace number."""
    trace = {"status": "supported", "value": "SBX" + payout["id"][-12:].upper()}
    payout.update(status="paid", trace_id=trace)
    world.store.save(payout)
    _tell(world, "payout.paid", payout)


def _fail(world, payout, code):
    """The money is in the account's balance again, and stays there until the bank account is
    replaced."""
    payout.update(status="failed", failure_code=code, failure_message=banks.REASONS[code])
    _give_back(world, payout, "payout_failure")
    _tell(world, "payout.failed", payout)
    account = account_shape.found(world, payout["_account"])
    account["_payouts_stopped"] = True
    account["_bank"]["status"] = "errored"
    world.store.save(account)
    emit(world, "account.external_account.updated", account["_bank"], account=account["id"])


def _blank(id, created, bank, automatic):
    """What all pending payouts have in common; a payout without a bank account is paid."""
    return {
        "id": id,
        "object": KIND,
        "application_fee": None,
        "application_fee_amount": None,
        "automatic": automatic,
        "created": created,
        "description": None,
        "destination": bank and bank["id"],
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
        "_number": bank["_number"] if bank else banks.PAYS,
    }


def _give_back(world, payout, type):
    """Return the amount; what an automatic payout carried waits for the next one."""
    id = payout["id"]
    payout["failure_balance_transaction"] = balances.post(
        world,
        payout["_account"],
        payout["amount"],
        payout["currency"],
        type,
        id,
        payout=id if payout["automatic"] else None,
    )
    world.store.save(payout)
    for line in world.store.find(balances.KIND, "payout = ? AND source IS NOT ?", id, id):
        world.store.save({**line, "_payout": None})


def _found(world, call, id):
    payout = world.store.get(KIND, id)
    if payout is None or payout["_account"] != call.owner:
        raise errors.no_such("payout", id)
    return payout


def _tell(world, type, payout, call=None):
    owner = payout["_account"]
    emit(world, type, payout, account=None if owner == PLATFORM else owner, call=call)
