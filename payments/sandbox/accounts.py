"""Connected accounts: the people who are paid, as the provider knows them."""

from . import banks, errors, forms, lists, standing
from .account_shape import CURRENCIES, KIND, blank, found, require, shown
from .events import emit
from .world import PLATFORM

CREATE = frozenset(
    [
        "type",
        "country",
        "email",
        "controller",
        "capabilities",
        "business_type",
        "individual",
        "business_profile",
        "default_currency",
        "external_account",
        "metadata",
        "settings",
        "tos_acceptance",
    ]
)
UPDATE = frozenset(
    ["email", "metadata", "settings", "business_profile", "business_type", "individual"]
)


def create(world, call):
    """An express account that cannot yet receive money."""
    params = call.params
    country = (forms.text(params, "country") or world.options.country).upper()
    if country not in CURRENCIES:
        raise errors.invalid(f"Country '{country}' is not supported.", param="country")
    if not _wants_transfers(params):
        raise errors.invalid("Request the transfers capability.", param="capabilities")
    account = blank(world.new_id("acct"), country, world.now())
    account["email"] = forms.text(params, "email")
    account["metadata"] = forms.metadata(params)
    account["tos_acceptance"]["service_agreement"] = _branch(params, "tos_acceptance").get(
        "service_agreement", "full"
    )
    _take_settings(account, params)
    world.store.add(account)
    emit(world, "account.updated", shown(account), account=account["id"], call=call)
    return shown(account)


def index(world, call):
    return lists.page(world.store, KIND, call.params, "/v1/accounts", show=shown)


def retrieve(world, call, id):
    return platform(world) if id == PLATFORM else shown(found(world, id))


def retrieve_current(world, call):
    return retrieve(world, call, call.owner)


def update(world, call, id):
    account, params = found(world, id), call.params
    account["metadata"] = forms.metadata(params, account["metadata"])
    if "email" in params:
        account["email"] = forms.text(params, "email")
    _take_settings(account, params)
    world.store.save(account)
    emit(world, "account.updated", shown(account), account=id, call=call)
    return shown(account)


def reject(world, call, id):
    """The platform turns the account away for good."""
    found(world, id)
    forms.required(call.params, "reason")
    return shown(standing.change(world, id, "reject", call=call))


def external_accounts(world, call, id):
    return banks.listed(found(world, id))


def login_link(world, call, id):
    account = found(world, id)
    if not account["details_submitted"]:
        raise errors.invalid(
            "Cannot create a login link for an account that has not completed onboarding."
        )
    return {
        "object": "login_link",
        "created": world.now(),
        "url": world.page_url(f"dashboard/{id}"),
    }


def platform(world):
    """The platform's own account."""
    account = blank(PLATFORM, world.options.country, 0)
    require(account)
    account.update(
        type="standard", details_submitted=True, payouts_enabled=True, charges_enabled=True
    )
    account["capabilities"] = {"transfers": "active", "card_payments": "active"}
    account["settings"]["payouts"]["schedule"]["interval"] = world.platform_payouts
    return shown(account)


def _wants_transfers(params):
    capability = _branch(params, "capabilities").get("transfers")
    return isinstance(capability, dict) and capability.get("requested") == "true"


def _branch(params, name):
    value = params.get(name)
    return value if isinstance(value, dict) else {}


def _take_settings(account, params):
    schedule = _branch(_branch(_branch(params, "settings"), "payouts"), "schedule")
    if "interval" in schedule:
        account["settings"]["payouts"]["schedule"]["interval"] = schedule["interval"]
    account["_first_name"] = (
        _branch(params, "individual").get("first_name") or account["_first_name"]
    )
