"""Thin events: that an object of the second API has changed, and where to read it; kept 30 days."""

from . import deliveries, errors, forms
from .json_forms import written
from .world import DAY, PLATFORM

KIND = "v2.core.event"
DESTINATION = "v2.core.event_destination"
KEPT_FOR = 30 * DAY


def emit(world, type, related=None, *, payment=None, call=None, data=None):
    """Record that `related` (kind, id, address) changed, and tell the destinations."""
    event = {
        "id": world.new_id("evt"),
        "object": KIND,
        "created": world.now(),
        "type": type,
        "_payment": payment,
        "_related": dict(zip(("type", "id", "url"), related, strict=True)) if related else None,
        "_data": data,
        "_reason": _reason(call),
    }
    world.store.add(event)
    deliveries.enqueue(world, event, payment or (related and related[1]), destinations(world))


def register(world, url, secret=None):
    """Send every thin event to `url`; the secret signs it. ValueError if `url` is none."""
    if not forms.is_address(url):
        raise ValueError(f"An address starts with http:// or https://, not so {url!r}.")
    id = world.new_id("ed")
    return world.store.add(
        {
            "id": id,
            "object": DESTINATION,
            "created": world.now(),
            "status": "enabled",
            "url": url,
            "_secret": secret or "whsec_" + id.removeprefix("ed_"),
        }
    )


def destinations(world):
    return world.store.find(DESTINATION, "status = 'enabled'")


def notice(event):
    """What a destination is sent: enough to go and read the rest."""
    told = {
        "id": event["id"],
        "object": KIND,
        "type": event["type"],
        "created": written(event["created"]),
        "livemode": False,
        "context": None,
        "reason": event["_reason"],
    }
    return {**told, "related_object": event["_related"]} if event["_related"] else told


def retrieve(world, call, id):
    event = world.store.get(KIND, id)
    if event is None or call.owner != PLATFORM or event["created"] <= world.now() - KEPT_FOR:
        raise errors.no_such("event", id)
    shown = {**notice(event), "changes": None, "snapshot_event": None}
    return {**shown, "data": event["_data"]} if event["_data"] else shown


def _reason(call):
    if call is None:
        return None
    request = {"id": call.id, "idempotency_key": call.key or ""}
    return {"type": "request", "request": request}
