"""Webhooks: signed as the SDK checks them, sent at least once, and troubled on request."""

import http.server
import json
import threading
import time

import pytest
import stripe

from tests.contracts.asking import transfer

PLATFORM_SECRET, CONNECT_SECRET = "whsec_platform", "whsec_connect"


class Listener(http.server.ThreadingHTTPServer):
    """An endpoint that keeps what it is sent, and answers with `status`."""

    daemon_threads = True

    def __init__(self):
        self.received = []  # (path, body, signature)
        self.status = 200
        super().__init__(("127.0.0.1", 0), Receiver)

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def types(self, path="platform"):
        return [json.loads(body)["type"] for where, body, _ in self.received if where == "/" + path]


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, body, self.headers["Stripe-Signature"]))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture(scope="module")
def listening():
    listener = Listener()
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield listener
    listener.shutdown()
    listener.server_close()


@pytest.fixture
def listener(listening, funded):
    """A listener that hears of the platform and of connected accounts."""
    listening.received.clear()
    listening.status = 200
    funded.add_webhook(listening.url("platform"), PLATFORM_SECRET)
    funded.add_webhook(listening.url("connect"), CONNECT_SECRET, connect=True)
    return listening


@pytest.fixture
def someone(listener, funded):
    """A person who can be paid, with the events of that already behind us."""
    person = funded.create_account()
    funded.tick()
    listener.received.clear()
    return person


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


def test_an_endpoint_that_is_away_loses_nothing(funded, listener, someone, stripe_client):
    away = funded.add_webhook("http://127.0.0.1:9/gone", "whsec_gone")

    stripe_client.v1.transfers.create(transfer(someone))
    funded.tick()

    assert away
    assert listener.types() == ["transfer.created"]
    assert stripe_client.v1.events.list().data[0].pending_webhooks == 1
