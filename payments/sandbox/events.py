"""Events: what the sandbox says happened, kept for 30 days and handed to the webhooks."""

import copy

from . import deliveries, errors, forms, lists, webhooks
from .world import API_VERSION, DAY, PLATFORM

KEPT_FOR = 30 * DAY
NOT_DELIVERED = (
    "EXISTS (SELECT 1 FROM deliveries WHERE event = objects.id AND state != 'delivered')"
)


def emit(world, type, subject, *, account=None, call=None, before=None):
    """Record that `subject` changed; `account` names a connected account, None the platform."""
    data = {"object": copy.deepcopy(lists.public(subject))}
    if before:
        data["previous_attributes"] = before
    event = {
        "id": world.new_id("evt"),
        "object": "event",
        "created": world.now(),
        "livemode": False,
        "type": type,
        "data": data,
        "_account": account or PLATFORM,
        "_payment": subject.get("_payment"),
        "request": {"id": call.id if call else None, "idempotency_key": call.key if call else None},
    }
    if account:
        event["account"] = account
    world.store.add(event)
    subject_id = event["_payment"] or event["data"]["object"].get("id")
    deliveries.enqueue(world, event, subject_id, webhooks.interested_in(world, event))
    return event


def shown(world, event, api_version=None):
    """The event as it is sent and listed."""
    return {
        **lists.public(event),
        "api_version": api_version or API_VERSION,
        "pending_webhooks": deliveries.pending(world, event["id"]),
    }


def index(world, call):
    """Events of the account acted for alone: a connected account's need its Stripe-Account
    header."""
    params = call.params
    filters = [("account = ?", call.owner), ("created > ?", world.now() - KEPT_FOR)]
    filters += _of_types(params)
    delivered = forms.flag(params, "delivery_success")
    if delivered is not None:
        filters.append((f"{'NOT ' if delivered else ''}{NOT_DELIVERED}",))
    return lists.page(
        world.store, "event", params, "/v1/events", filters, lambda event: shown(world, event)
    )


def retrieve(world, call, id):
    event = world.store.get("event", id)
    if (
        event is None
        or event["_account"] != call.owner
        or event["created"] <= world.now() - KEPT_FOR
    ):
        raise errors.no_such("event", id)
    return shown(world, event)


def _of_types(params):
    names = params.get("types") or [forms.text(params, "type") or "*"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise errors.invalid("types must be a list of event types", param="types")
    if len(names) > 20:
        raise errors.invalid("types must name at most 20 event types", param="types")
    return [("(" + " OR ".join(["type GLOB ?"] * len(names)) + ")", *names)]
