"""Onboarding links: an address that works once, for five minutes, and the page behind it."""

import secrets

from . import account_shape, errors, forms, standing

CREATE = frozenset(
    {"account", "type", "refresh_url", "return_url", "collect", "collection_options"}
)
KIND = "link"
LIVES = 300
SESSION_LIVES = 3600


def create(world, call):
    params = call.params
    account_id = forms.required_text(params, "account")
    account = account_shape.found(world, account_id, param="account", status=400)
    type = forms.required_text(params, "type")
    if type == "account_update":
        raise errors.invalid(
            "Accounts with a Stripe dashboard update themselves there: use a login link.",
            param="type",
        )
    if type != "account_onboarding":
        raise errors.invalid(f"Invalid type: {type}", param="type")
    token, now = secrets.token_urlsafe(16), world.now()
    world.store.add(
        {
            "id": token,
            "object": KIND,
            "account": account["id"],
            "created": now,
            "expires_at": now + LIVES,
            "refresh_url": forms.address(params, "refresh_url", code="url_invalid"),
            "return_url": forms.address(params, "return_url", code="url_invalid"),
            "opened_at": None,
            "finished": False,
        }
    )
    return {
        "object": "account_link",
        "created": now,
        "expires_at": now + LIVES,
        "url": world.page_url(f"onboard/{token}"),
    }


def open(world, token):
    """Use the link up: (link, may the page be shown). Unknown tokens give (None, False)."""
    link = world.store.get(KIND, token)
    if link is None or link["opened_at"] is not None or world.now() > link["expires_at"]:
        return link, False
    link["opened_at"] = world.now()
    return world.store.save(link), True


def hand_in(world, token, answers):
    """What the person entered; returns the address to send them to, or None for an unknown token.

    Leaving half way changes nothing and still leads to `return_url`, which thus proves nothing.
    """
    link = world.store.get(KIND, token)
    if link is None:
        return None
    if link["opened_at"] is None:
        link, may = open(world, token)
        if not may:
            return link["refresh_url"]
    if link["finished"] or world.now() > link["opened_at"] + SESSION_LIVES:
        return link["refresh_url"]
    link["finished"] = True
    world.store.save(link)
    if answers.get("outcome") != "leave":
        standing.change(
            world,
            link["account"],
            "onboard",
            bank_number=answers.get("bank_number"),
            first_name=answers.get("first_name"),
            outcome=answers.get("outcome", "finish"),
        )
    return link["return_url"]
