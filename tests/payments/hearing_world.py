"""Delivering what the sandbox has to say, by signed webhook, and acting on it."""

import json
import time
from datetime import timedelta

import stripe

from payments.operations import provider_events
from payments.sandbox.events import shown
from tests.factories import NOON

LATER = NOON + timedelta(days=2)


def deliver(client, settings, event, *, secret=None, endpoint=None, when=None):
    """Post an event as the provider does: signed over the raw body, with the time."""
    endpoint = endpoint or ("connect" if event.get("account") else "platform")
    body = json.dumps(event)
    secret = secret or settings.STRIPE_WEBHOOK_SECRETS[endpoint]
    stamp = int(when or time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{stamp}.{body}", secret)
    return client.post(
        f"/api/v1/webhooks/stripe/{endpoint}/",
        body,
        content_type="application/json",
        headers={"stripe-signature": f"t={stamp},v1={signature}"},
    )


def hear_all(client, settings, sandbox, provider, *, now=LATER):
    for event in events_of(sandbox):
        deliver(client, settings, event)
    provider_events.apply_waiting(provider=provider, by="provider", now=now)


def events_of(sandbox):
    """Every event as the provider would send it."""
    return [shown(sandbox.world, event) for event in sandbox.events]
