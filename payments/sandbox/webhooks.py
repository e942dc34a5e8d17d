"""Webhook endpoints: who is told of which events, and the secret that signs what they are told."""

import hashlib
import hmac
import json
from fnmatch import fnmatch

from . import errors, forms, lists
from .world import API_VERSION

CREATE = frozenset({"url", "enabled_events", "connect", "api_version", "description", "metadata"})
UPDATE = frozenset({"url", "enabled_events", "disabled", "description", "metadata"})
KIND = "webhook_endpoint"


def create(world, call):
    """Create an endpoint; its secret is shown in this answer alone."""
    params = call.params
    connect = forms.flag(params, "connect", False)
    endpoint = register(
        world,
        forms.address(params, "url"),
        connect=connect,
        enabled_events=_types(params),
        api_version=forms.text(params, "api_version"),
        description=forms.text(params, "description"),
        metadata=forms.metadata(params),
    )
    return {**lists.public(endpoint), "secret": endpoint["_secret"]}


def register(
    world,
    url,
    secret=None,
    *,
    connect=False,
    enabled_events=("*",),
    api_version=None,
    description=None,
    metadata=None,
):
    """Add an endpoint; at start an operator brings the secret along. ValueError if `url` is
    none."""
    if not forms.is_address(url):
        raise ValueError(f"A webhook address starts with http:// or https://, not so {url!r}.")
    id = world.new_id("we")
    return world.store.add(
        {
            "id": id,
            "object": KIND,
            "api_version": api_version or API_VERSION,
            "application": None,
            "created": world.now(),
            "description": description,
            "enabled_events": list(enabled_events),
            "livemode": False,
            "metadata": metadata or {},
            "status": "enabled",
            "url": url,
            "_connect": connect,
            "_secret": secret or "whsec_" + id.removeprefix("we_"),
        }
    )


def register_once(world, url, secret, *, connect):
    """The same, but an endpoint already there under this address only takes the secret."""
    with world.store.unit():
        for endpoint in world.store.find(KIND):
            if endpoint["url"] == url and endpoint["_connect"] == connect:
                return world.store.save({**endpoint, "_secret": secret})
        return register(world, url, secret, connect=connect)


def index(world, call):
    return lists.page(world.store, KIND, call.params, "/v1/webhook_endpoints")


def retrieve(world, call, id):
    return lists.public(_found(world, id))


def update(world, call, id):
    endpoint, params = _found(world, id), call.params
    if "url" in params:
        endpoint["url"] = forms.address(params, "url")
    if "enabled_events" in params:
        endpoint["enabled_events"] = _types(params)
    if "disabled" in params:
        endpoint["status"] = "disabled" if forms.flag(params, "disabled") else "enabled"
    if "description" in params:
        endpoint["description"] = forms.text(params, "description")
    endpoint["metadata"] = forms.metadata(params, endpoint["metadata"])
    return lists.public(world.store.save(endpoint))


def delete(world, call, id):
    _found(world, id)
    world.store.run("DELETE FROM objects WHERE id = ?", id)
    return {"id": id, "object": KIND, "deleted": True}


def interested_in(world, event):
    """The enabled endpoints that this event goes to."""
    return [
        endpoint
        for endpoint in world.store.find(KIND, "status = 'enabled'")
        if endpoint["_connect"] == ("account" in event)
        and any(fnmatch(event["type"], wanted) for wanted in endpoint["enabled_events"])
    ]


def signed(event, secret, at):
    """The body to send and the header that signs it at real time `at`."""
    body = json.dumps(event, indent=2)
    signature = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return body.encode(), f"t={at},v1={signature}"


def _found(world, id):
    endpoint = world.store.get(KIND, id)
    if endpoint is None:
        raise errors.no_such("webhook endpoint", id)
    return endpoint


def _types(params):
    names = forms.required(params, "enabled_events")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise errors.invalid("Invalid array: enabled_events", param="enabled_events")
    return names
