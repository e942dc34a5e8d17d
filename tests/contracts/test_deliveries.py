"""Deliveries: at least once, in no promised order, late, doubled or lost on request."""

import json
import time

from tests.contracts.asking import transfer


def test_webhooks_are_sent_without_being_asked_for(listener, someone, stripe_client):
    stripe_client.v1.transfers.create(transfer(someone))

    deadline = time.monotonic() + 3
    while not listener.received and time.monotonic() < deadline:
        time.sleep(0.01)

    assert listener.types() == ["transfer.created"]


def test_a_webhook_that_is_not_taken_is_sent_again_later(funded, listener, someone, stripe_client):
    listener.status = 503
    stripe_client.v1.transfers.create(transfer(someone))
    funded.tick()
    event = stripe_client.v1.events.list({"delivery_success": False}).data[0]
    listener.status = 200
    funded.advance(10)
    funded.tick()

    assert event.pending_webhooks == 1
    assert len(listener.received) >= 2
    assert stripe_client.v1.events.retrieve(event.id).pending_webhooks == 0
    assert stripe_client.v1.events.list({"delivery_success": False}).data == []
    assert stripe_client.v1.events.list({"delivery_success": True}).data[0].id == event.id


def test_nobody_is_asked_after_three_days(funded, listener, someone, stripe_client):
    listener.status = 503
    stripe_client.v1.transfers.create(transfer(someone))
    for _ in range(80):
        funded.advance(hours=1)
        funded.tick()
    asked = len(listener.received)

    funded.advance(days=10)
    funded.tick()

    assert funded.state()["deliveries"]["failed"] >= 1
    assert len([event for event in listener.types() if event == "transfer.created"]) <= asked
    assert "waiting" not in funded.state()["deliveries"]


def test_a_lost_webhook_never_arrives_and_the_events_list_still_has_it(
    funded, listener, someone, stripe_client
):
    funded.webhooks(lose=1.0, types=("transfer.*",))

    stripe_client.v1.transfers.create(transfer(someone))
    funded.advance(days=4)
    funded.tick()

    assert listener.types("platform") == []
    assert "payout.created" in listener.types("connect")
    assert [
        event.type for event in stripe_client.v1.events.list({"delivery_success": False}).data
    ] == ["transfer.created"]


def test_a_doubled_webhook_arrives_twice_with_one_id(funded, listener, someone, stripe_client):
    funded.webhooks(duplicate=1.0)

    stripe_client.v1.transfers.create(transfer(someone))
    funded.tick()

    assert listener.types() == ["transfer.created"] * 2
    assert len({json.loads(body)["id"] for _, body, _ in listener.received}) == 1


def test_held_webhooks_wait_for_their_release(funded, listener, someone, stripe_client):
    funded.webhooks(hold=True)
    stripe_client.v1.transfers.create(transfer(someone))
    funded.tick()
    while_held = list(listener.received)

    funded.webhooks()
    funded.tick()

    assert while_held == []
    assert listener.types() == ["transfer.created"]


def test_delayed_webhooks_arrive_within_their_time_by_the_sandbox_s_clock(
    funded, listener, someone, stripe_client
):
    funded.webhooks(delay=40 * 3600, types=("transfer.*",))
    for number in range(8):
        stripe_client.v1.transfers.create(transfer(someone, amount=1, payment=f"dsb_{number}"))
    funded.tick()
    at_once = len(listener.types())

    funded.advance(hours=40)
    funded.tick()

    assert at_once < 8
    assert listener.types() == ["transfer.created"] * 8


def test_shuffled_webhooks_arrive_in_another_order(funded, listener, someone, stripe_client):
    funded.webhooks(hold=True)
    sent = [
        stripe_client.v1.transfers.create(transfer(someone, amount=1, payment=f"dsb_{number}")).id
        for number in range(12)
    ]

    funded.webhooks(shuffle=True, seed=1)
    funded.tick()

    arrived = [json.loads(body)["data"]["object"]["id"] for _, body, _ in listener.received]
    assert sorted(arrived) == sorted(sent)
    assert arrived != sent


def test_an_endpoint_that_is_away_loses_nothing(funded, listener, someone, stripe_client):
    away = funded.add_webhook("http://127.0.0.1:9/gone", "whsec_gone")

    stripe_client.v1.transfers.create(transfer(someone))
    funded.tick()

    assert away
    assert listener.types() == ["transfer.created"]
    assert stripe_client.v1.events.list().data[0].pending_webhooks == 1
