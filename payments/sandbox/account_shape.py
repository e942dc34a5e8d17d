"""What an account looks like: its body, what it still needs, and the state that this adds up to."""

from . import banks, errors, lists

KIND = "account"
EUROZONE = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
CURRENCIES = {
    "GB": "gbp",
    "US": "usd",
    "CA": "cad",
    "AU": "aud",
    "CH": "chf",
    "DK": "dkk",
    "NO": "nok",
    "NZ": "nzd",
    "SE": "sek",
    **dict.fromkeys(EUROZONE.split(), "eur"),
}
CONTROLLER = {
    "fees": {"payer": "application"},
    "is_controller": True,
    "losses": {"payments": "application"},
    "requirement_collection": "stripe",
    "stripe_dashboard": {"type": "express"},
    "type": "application",
}
NEEDED_AT_FIRST = (
    "business_type",
    "external_account",
    "individual.dob.day",
    "individual.first_name",
    "individual.last_name",
    "tos_acceptance.date",
)


def found(world, id, *, param="id", status=404):
    account = world.store.get(KIND, id)
    if account is None:
        raise errors.no_such("account" if param == "id" else param, id, param=param, status=status)
    return account


def shown(account):
    """The account as the API shows it."""
    return {**lists.public(account), "external_accounts": banks.listed(account)}


def state_of(account):
    """new, action_needed, pending, ready, restricted or rejected."""
    reason = account["requirements"]["disabled_reason"] or ""
    if reason.startswith("rejected"):
        return "rejected"
    if account["capabilities"]["transfers"] == "active" and account["payouts_enabled"]:
        return "ready"
    if not account["details_submitted"]:
        return "new"
    if account["requirements"]["pending_verification"]:
        return "pending"
    return "restricted" if account["_was_ready"] else "action_needed"


def blank(id, country, created):
    """A new account, which cannot receive money yet."""
    account = {
        "id": id,
        "object": KIND,
        "business_profile": None,
        "business_type": "individual",
        "capabilities": {"transfers": "inactive"},
        "charges_enabled": False,
        "controller": CONTROLLER,
        "country": country,
        "created": created,
        "default_currency": CURRENCIES[country],
        "details_submitted": False,
        "email": None,
        "external_accounts": None,
        "future_requirements": _requirements(),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": _requirements(),
        "settings": _settings(),
        "tos_acceptance": {"date": None, "ip": None, "service_agreement": "full"},
        "type": "express",
        "_bank": None,
        "_first_name": None,
        "_was_ready": False,
        "_was_paid": False,
        "_payouts_stopped": False,
        "_next_run": 0,
    }
    require(account, due=NEEDED_AT_FIRST, reason="requirements.past_due")
    return account


def require(account, *, due=(), pending=(), reason=None):
    """Set what is missing and why that matters; without a reason the account is ready."""
    account["requirements"].update(
        currently_due=list(due),
        past_due=list(due),
        eventually_due=list(due),
        pending_verification=list(pending),
        disabled_reason=reason,
    )
    account["capabilities"]["transfers"] = "inactive" if reason else "active"
    account["payouts_enabled"] = not reason


def capability(account):
    """The transfers capability as an object of its own, for its event."""
    state = account["capabilities"]["transfers"]
    return {
        "id": "transfers",
        "object": "capability",
        "account": account["id"],
        "requested": True,
        "requested_at": account["created"],
        "status": state,
        "requirements": account["requirements"],
        "future_requirements": account["future_requirements"],
    }


def _requirements():
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
    }


def _settings():
    return {
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_payments": {"statement_descriptor_prefix": None},
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "payments": {"statement_descriptor": None},
        "payouts": {
            "debit_negative_balances": False,
            "statement_descriptor": None,
            "schedule": {"delay_days": 1, "interval": "daily"},
        },
    }
