"""Webhooks: signed as the SDK checks them, and sent to the endpoints that asked for them."""

import json
import time

import pytest
import stripe

from tests.contracts.asking import transfer
from tests.contracts.listening import CONNECT_SECRET, PLATFORM_SECRET


def test_what_arrives_is_an_event_the_sdk_accepts(funded, listener, someone, stripe_client):
    sent = stripe_client.v1.transfers.create(transfer(someone), {"idempotency_key": "cp_dsb_1_a1"})
    funded.tick()

    [(_, body, signature)] = listener.received
    event = stripe_client.construct_event(body, signature, PLATFORM_SECRET)
    assert (event.type, event.data.object["id"]) == ("transfer.created", sent.id)
    assert event.request.idempotency_key == "cp_dsb_1_a1"
    assert event.api_version == "2026-10-28.endive"
    assert event.pending_webhooks == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b"50000", b"90000"),
        lambda body: json.dumps(json.loads(body)).encode(),
        lambda body: body + b" ",
    ],
)
def test_a_body_that_was_touched_is_refused(funded, listener, someone, stripe_client, spoil):
    stripe_client.v1.transfers.create(transfer(someone))
    funded.tick()
    [(_, body, signature)] = listener.received

    with pytest.raises(stripe.SignatureVerificationError):
        stripe_client.construct_event(spoil(body), signature, PLATFORM_SECRET)


def test_the_secret_of_the_other_endpoint_does_not_do(funded, listener, someone, stripe_client):
    stripe_client.v1.transfers.create(transfer(someone))
    funded.tick()
    [(_, body, signature)] = listener.received

    with pytest.raises(stripe.SignatureVerificationError):
        stripe_client.construct_event(body, signature, CONNECT_SECRET)


def test_the_signature_has_real_time_and_the_event_the_sandbox_s(
    funded, listener, someone, stripe_client
):
    funded.advance(days=100)

    stripe_client.v1.transfers.create(transfer(someone))
    funded.tick()

    _, body, signature = listener.received[-1]
    event = stripe_client.construct_event(body, signature, PLATFORM_SECRET)
    signed_at = int(signature.partition(",")[0].removeprefix("t="))
    assert event.created - time.time() > 99 * 86_400
    assert abs(signed_at - time.time()) < 60


def test_events_of_connected_accounts_go_to_the_connect_endpoint_and_name_the_account(
    funded, listener, someone, stripe_client
):
    stripe_client.v1.transfers.create(transfer(someone))
    funded.run_payouts(arrive=True)
    funded.tick()

    assert listener.types("platform") == ["transfer.created"]
    assert listener.types("connect") == [
        "payout.created",
        "payout.updated",
        "payout.reconciliation_completed",
        "payout.paid",
    ]
    assert {
        json.loads(body)["account"] for path, body, _ in listener.received if path == "/connect"
    } == {someone}


def test_an_endpoint_made_over_the_api_has_its_own_secret_and_hears_only_what_it_asked_for(
    sandbox, listening, stripe_client
):
    listening.received.clear()
    made = stripe_client.v1.webhook_endpoints.create(
        {
            "url": listening.url("api"),
            "enabled_events": ["topup.*"],
            "api_version": "2026-10-28.endive",
        }
    )
    stripe_client.v1.webhook_endpoints.create(
        {"url": listening.url("api"), "enabled_events": ["transfer.created"], "connect": True}
    )

    stripe_client.v1.topups.create({"amount": 5, "currency": "gbp"})
    sandbox.tick()

    [(_, body, signature)] = listening.received
    assert stripe_client.construct_event(body, signature, made.secret).type == "topup.created"
    assert getattr(stripe_client.v1.webhook_endpoints.retrieve(made.id), "secret", None) is None
    assert len(stripe_client.v1.webhook_endpoints.list().data) == 2


def test_a_disabled_or_deleted_endpoint_hears_nothing(sandbox, listening, stripe_client):
    listening.received.clear()
    params = {"url": listening.url("api"), "enabled_events": ["*"]}
    disabled, deleted = (stripe_client.v1.webhook_endpoints.create(params).id for _ in range(2))
    stripe_client.v1.webhook_endpoints.update(disabled, {"disabled": True})
    stripe_client.v1.webhook_endpoints.delete(deleted)

    stripe_client.v1.topups.create({"amount": 5, "currency": "gbp"})
    sandbox.tick()

    assert listening.received == []
