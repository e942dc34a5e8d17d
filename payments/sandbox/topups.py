"""Top-ups: how the platform's float is filled.

A source that contains `noAccount` fails; one that contains `reversed` succeeds and is taken back.
"""

from . import agenda, balances, errors, forms, lists
from .events import emit
from .world import DAY, PLATFORM

KIND = "topup"
CREATE = frozenset(
    {
        "amount",
        "currency",
        "description",
        "metadata",
        "source",
        "statement_descriptor",
        "transfer_group",
        "payment_method",
    }
)
FILTERS = lists.PAGING | {"status"}
REVERSED_AFTER = 2 * DAY


def create(world, call):
    params = call.params
    due = world.now() + world.options.topup_after
    topup = {
        "id": world.new_id("tu"),
        "object": KIND,
        "amount": forms.amount(params),
        "balance_transaction": None,
        "created": world.now(),
        "currency": forms.currency(params),
        "description": forms.text(params, "description"),
        "expected_availability_date": due,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": forms.metadata(params),
        "source": None,
        "status": "pending",
        "statement_descriptor": forms.text(params, "statement_descriptor"),
        "transfer_group": forms.text(params, "transfer_group"),
        "_source": forms.text(params, "source") or "",
    }
    world.store.add(topup)
    emit(world, "topup.created", topup, call=call)
    agenda.put(world, due, "topup_settle", topup["id"])
    return lists.public(topup)


def index(world, call):
    status = forms.text(call.params, "status")
    filters = [("status = ?", status)] if status else []
    return lists.page(world.store, KIND, call.params, "/v1/topups", filters)


def retrieve(world, call, id):
    topup = world.store.get(KIND, id)
    if topup is None:
        raise errors.no_such("topup", id)
    return lists.public(topup)


def settle(world, id):
    """The bank has answered: the money is there, or it is not."""
    topup = world.store.get(KIND, id)
    if "noAccount" in topup["_source"]:
        topup.update(
            status="failed",
            failure_code="no_account",
            failure_message="The bank found no such account.",
        )
    else:
        topup["status"] = "succeeded"
        topup["balance_transaction"] = balances.post(
            world, PLATFORM, topup["amount"], topup["currency"], "topup", id
        )
        if "reversed" in topup["_source"]:
            agenda.put(world, world.now() + REVERSED_AFTER, "topup_reverse", id)
    world.store.save(topup)
    emit(world, f"topup.{topup['status']}", topup)


def take_back(world, id):
    topup = world.store.get(KIND, id)
    topup["status"] = "reversed"
    balances.post(world, PLATFORM, -topup["amount"], topup["currency"], "topup_reversal", id)
    world.store.save(topup)
    emit(world, "topup.reversed", topup)
