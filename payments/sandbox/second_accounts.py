"""Accounts as the second API knows them: the same people as in the first, in another shape."""

from . import account_links, account_shape, errors, forms, json_forms, thin_events
from .events import emit
from .json_forms import branch, written

KIND = "v2.core.account"
RECIPIENT = "configuration.recipient"
INCLUDES = (
    "configuration.customer",
    "configuration.merchant",
    RECIPIENT,
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
)
UPDATE = frozenset(
    {
        "configuration",
        "contact_email",
        "dashboard",
        "defaults",
        "display_name",
        "identity",
        "include",
        "metadata",
    }
)
CREATE = UPDATE
FILTERS = json_forms.PAGING | {"applied_configurations", "closed"}
LINK = frozenset({"account", "use_case"})
KNOWN_CAPABILITIES = ("bank_accounts.local", "stripe_balance.stripe_transfers")
STATUS = {  # state: (status of a capability, why, who can mend it)
    "ready": ("active", None, None),
    "pending": ("pending", "requirements_pending_verification", "no_resolution"),
    "rejected": ("rejected", "rejected_other", "contact_stripe"),
}
NOT_YET = ("restricted", "requirements_past_due", "provide_info")


def create(world, call):
    """A recipient who cannot be paid yet."""
    params, include = call.params, _included(call.params)
    identity = branch(params, "identity")
    country = (forms.text(identity, "country") or world.options.country).upper()
    if country not in account_shape.CURRENCIES:
        raise errors.invalid(f"Country '{country}' is not supported.", param="identity.country")
    account = account_shape.blank(world.new_id("acct"), country, world.now())
    account["_second"] = {"display_name": None, "dashboard": None, "wanted": []}
    _take(account, params)
    if not account["_second"]["wanted"]:
        raise errors.invalid("Request a capability of the recipient.", param="configuration")
    world.store.add(account)
    emit(
        world,
        "account.updated",
        account_shape.shown(account),
        account=account["id"],
        call=call,
    )
    thin_events.emit(world, f"{KIND}.created", related(account), call=call)
    return shown(account, include)


def index(world, call):
    """Recipients are what all accounts are; none is ever closed."""
    wanted = json_forms.words(
        call.params, "applied_configurations", ("customer", "merchant", "recipient")
    )
    has_none = set(wanted) - {"recipient"} or forms.flag(call.params, "closed", False)
    filters = [("0 = ?", 1)] if has_none else []
    return json_forms.page(world, account_shape.KIND, call, filters, lambda one: shown(one, ()))


def retrieve(world, call, id):
    include = _included(call.params)
    return shown(account_shape.found(world, id), include)


def update(world, call, id):
    account, include = account_shape.found(world, id), _included(call.params)
    account.setdefault("_second", {"display_name": None, "dashboard": "express", "wanted": []})
    _take(account, call.params)
    world.store.save(account)
    thin_events.emit(world, f"{KIND}.updated", related(account), call=call)
    return shown(account, include)


def link(world, call):
    """An onboarding link; the page is the one of the first API."""
    account = account_shape.found(world, forms.required_text(call.params, "account"))
    forms.required(call.params, "use_case")
    use_case = branch(call.params, "use_case")
    type = forms.required_text(use_case, "type")
    account_links.check_type(type)
    options = branch(use_case, type)
    return_url = options.get("return_url") and forms.address(options, "return_url")
    made = account_links.issue(
        world,
        account,
        refresh_url=forms.address(options, "refresh_url"),
        return_url=return_url or world.page_url(f"dashboard/{account['id']}"),
        is_second=True,
    )
    kept = {
        "refresh_url": made["refresh_url"],
        "return_url": return_url or None,
        "collection_options": branch(options, "collection_options") or None,
    }
    return {
        "object": "v2.core.account_link",
        "account": account["id"],
        "created": written(made["created"]),
        "expires_at": written(made["expires_at"]),
        "livemode": False,
        "url": account_links.url_of(world, made),
        "use_case": {"type": type, "account_onboarding": kept, "account_update": None},
    }


def shown(account, include):
    """The account; what is not asked for by `include` is null."""
    second = account.get("_second") or {}
    parts = {field: make(account) if name in include else None for name, field, make in PARTS}
    return {
        "id": account["id"],
        "object": KIND,
        "applied_configurations": ["recipient"],
        "closed": False,
        "contact_email": account["email"],
        "contact_phone": None,
        "created": written(account["created"]),
        "dashboard": second.get("dashboard") or "express",
        "display_name": second.get("display_name"),
        "livemode": False,
        "metadata": account["metadata"],
        **parts,
    }


def related(account):
    """What a thin event about the account names."""
    return KIND, account["id"], f"/v2/core/accounts/{account['id']}"


def _take(account, params):
    second = account["_second"]
    account["metadata"] = forms.metadata(params, account["metadata"])
    account["email"] = forms.text(params, "contact_email", account["email"])
    for name in ("display_name", "dashboard"):
        second[name] = forms.text(params, name, second[name])
    person = branch(branch(params, "identity"), "individual")
    account["_first_name"] = forms.text(person, "given_name", account["_first_name"])
    second["surname"] = forms.text(person, "surname", second.get("surname"))
    second["wanted"] = sorted({*second["wanted"], *_wanted(params)})


def _wanted(params):
    recipient = branch(branch(params, "configuration"), "recipient")
    capabilities = branch(recipient, "capabilities")
    for group in capabilities:
        for name, asked in branch(capabilities, group).items():
            full = f"{group}.{name}"
            if full not in KNOWN_CAPABILITIES:
                raise errors.invalid(f"The sandbox has no capability {full}.", param=full)
            if isinstance(asked, dict) and asked.get("requested") is True:
                yield full


def _included(params):
    return json_forms.words(params, "include", INCLUDES)


def _configuration(account):
    status, why, who = STATUS.get(account_shape.state_of(account), NOT_YET)
    capability = {
        "status": status,
        "status_details": [{"code": why, "resolution": who}] if why else [],
    }
    groups = {"bank_accounts": None, "cards": None, "stripe_balance": None}
    for full in (account.get("_second") or {}).get("wanted") or KNOWN_CAPABILITIES[1:]:
        group, name = full.split(".")
        groups[group] = {**(groups[group] or {}), name: capability}
    return {
        "customer": None,
        "merchant": None,
        "recipient": {"applied": True, "capabilities": groups},
    }


def _defaults(account):
    return {
        "currency": account["default_currency"],
        "locales": None,
        "profile": None,
        "responsibilities": {
            "fees_collector": "application",
            "losses_collector": "application",
            "requirements_collector": "stripe",
        },
    }


def _identity(account):
    names = {
        "given_name": account["_first_name"],
        "surname": (account.get("_second") or {}).get("surname"),
    }
    person = {
        "id": account["id"].replace("acct_", "person_", 1),
        "object": "v2.core.account_person",
        "account": account["id"],
        "created": written(account["created"]),
        "updated": written(account["created"]),
        **names,
    }
    return {
        "attestations": None,
        "business_details": None,
        "country": account["country"].lower(),
        "entity_type": "individual",
        "individual": person if any(names.values()) else None,
    }


def _requirements(account):
    overdue = {"status": "past_due"}
    due = account["requirements"]["currently_due"]
    entries = [
        {
            "awaiting_action_from": "user",
            "description": name,
            "errors": [],
            "impact": {"restricts_capabilities": None},
            "minimum_deadline": overdue,
            "reference": None,
            "requested_reasons": [{"code": "routine_onboarding"}],
        }
        for name in due
    ]
    deadline = {"minimum_deadline": {**overdue, "time": written(account["created"])}}
    return {"alternatives": None, "entries": entries, "summary": deadline if due else None}


def _none_to_come(account):
    return {"alternatives": None, "entries": [], "summary": None}


PARTS = (  # what `include` names, the field it fills, and with what
    (RECIPIENT, "configuration", _configuration),
    ("defaults", "defaults", _defaults),
    ("future_requirements", "future_requirements", _none_to_come),
    ("identity", "identity", _identity),
    ("requirements", "requirements", _requirements),
)
