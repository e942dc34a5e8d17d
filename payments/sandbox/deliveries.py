"""Sending events to webhook endpoints: at least once, in no promised order, with mischief on
request."""

import http.client
import threading
import time
from urllib.parse import urlsplit

from . import events, thin_events, webhooks
from .chances import chance
from .world import DAY

PATIENCE = 10  # real seconds an endpoint has to answer
WAITS = (2, 5, 15, 60, 300, 1800)  # sandbox seconds before each further attempt; then the last
GIVE_UP_AFTER = 3 * DAY
BATCH = 50


def enqueue(world, event, subject, endpoints):
    """One delivery for each endpoint, as the mischief has it; `subject` is the payment or the
    object that the event is about."""
    for endpoint in endpoints:
        lost, copies, wait = world.mischief.fate(event["type"], (event["type"], subject))
        world.store.run(
            "INSERT INTO deliveries (event, endpoint, due, copies, state) VALUES (?, ?, ?, ?, ?)",
            event["id"],
            endpoint["id"],
            world.now() + wait,
            copies,
            "lost" if lost else "waiting",
        )
        world.deliveries_wanted.set()


def pending(world, event_id):
    """How many endpoints have not yet taken the event."""
    return world.store.row(
        "SELECT count(*) FROM deliveries WHERE event = ? AND state != 'delivered'", event_id
    )[0]


class Sender:
    """Sends what is due, from its own thread or when asked; one at a time either way."""

    def __init__(self, world):
        self._world = world
        self._turn = threading.Lock()
        self._lines = {}  # address: open connection

    def send_due(self):
        """Attempt every delivery due now; returns how many events were taken."""
        taken = 0
        with self._turn:
            tried = set()
            while batch := [row for row in self._due() if row[0] not in tried]:
                tried.update(row[0] for row in batch)
                taken += sum(self._attempt(*row) for row in batch)
        return taken

    def hang_up(self):
        with self._turn:
            for line in self._lines.values():
                line.close()
            self._lines.clear()

    def _due(self):
        world = self._world
        if world.mischief.hold:
            return []
        rows = world.store.run(
            "SELECT id, event, endpoint, copies, attempts FROM deliveries"
            " WHERE state = 'waiting' AND due <= ? ORDER BY due, id LIMIT ?",
            world.now(),
            BATCH,
        )
        if world.mischief.shuffle:
            rows.sort(key=lambda row: chance(world.mischief.seed, "shuffle", row[0]))
        return rows

    def _attempt(self, id, event_id, endpoint_id, copies, attempts):
        world = self._world
        event, endpoint = world.store.body_of(event_id), world.store.body_of(endpoint_id)
        if event is None or endpoint is None or endpoint["status"] != "enabled":
            world.store.run("UPDATE deliveries SET state = 'abandoned' WHERE id = ?", id)
            return False
        message = _message(world, event, endpoint)
        taken = sum(self._post(endpoint, message) for _ in range(copies)) == copies
        wait = WAITS[min(attempts, len(WAITS) - 1)]
        stale = world.now() + wait > event["created"] + GIVE_UP_AFTER
        state = "delivered" if taken else "failed" if stale else "waiting"
        world.store.run(
            "UPDATE deliveries SET state = ?, attempts = attempts + 1, due = ? WHERE id = ?",
            state,
            world.now() + wait,
            id,
        )
        return taken

    def _post(self, endpoint, message):
        """True if the endpoint answered 2xx."""
        body, signature = webhooks.signed(message, endpoint["_secret"], int(time.time()))
        address = urlsplit(endpoint["url"])
        target = address.path + (f"?{address.query}" if address.query else "")
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
        for line, is_fresh in self._lines_to(address):
            try:
                line.request("POST", target or "/", body, headers)
                answer = line.getresponse()
                answer.read()
                return 200 <= answer.status < 300
            except (OSError, http.client.HTTPException) as trouble:
                line.close()
                self._lines.pop(address.netloc, None)
                if is_fresh or isinstance(trouble, TimeoutError):
                    break
        return False

    def _lines_to(self, address):
        """An open line if there is one, then a fresh one: a kept line may have gone stale."""
        if address.netloc in self._lines:
            yield self._lines[address.netloc], False
        kind = (
            http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        )
        self._lines[address.netloc] = kind(address.netloc, timeout=PATIENCE)
        yield self._lines[address.netloc], True


def _message(world, event, endpoint):
    if event["object"] == thin_events.KIND:
        return thin_events.notice(event)
    return events.shown(world, event, endpoint["api_version"])


def counts(world):
    return dict(world.store.run("SELECT state, count(*) FROM deliveries GROUP BY state"))
