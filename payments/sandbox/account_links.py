"""Onboarding links: an address that works once, for five minutes, and the page behind it."""

import secrets

from . import account_shape, errors, forms, standing, thin_events

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
    check_type(type)
    link = issue(
        world,
        account,
        refresh_url=forms.address(params, "refresh_url", code="url_invalid"),
        return_url=forms.address(params, "return_url", code="url_invalid"),
    )
    return {
        "object": "account_link",
        "created": link["created"],
        "expires_at": link["expires_at"],
        "url": url_of(world, link),
    }


def check_type(type):
    if type == "account_update":
        raise errors.invalid(
            "Accounts with a Stripe dashboard update themselves there: use a login link.",
            param="type",
        )
    if type != "account_onboarding":
        raise errors.invalid(f"Invalid type: {type}", param="type")


def issue(world, account, *, refresh_url, return_url, is_second=False):
    """A link for the account; `is_second` says that the second API made it."""
    return world.store.add(
        {
            "id": secrets.token_urlsafe(16),
            "object": KIND,
            "account": account["id"],
            "created": world.now(),
            "expires_at": world.now() + LIVES,
            "refresh_url": refresh_url,
            "return_url": return_url,
            "opened_at": None,
            "finished": False,
            "_second": is_second,
        }
    )


def url_of(world, link):
    return world.page_url(f"onboard/{link['id']}")


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
    if link.get("_second"):
        returned = {
            "account_id": link["account"],
            "configurations": ["recipient"],
            "use_case": "account_onboarding",
        }
        thin_events.emit(world, "v2.core.account_link.returned", data=returned)
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
