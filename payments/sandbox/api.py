"""From a call to its answer: who may ask, how often, what goes wrong, what the key remembers."""

import json
import time
from dataclasses import dataclass, field

from . import errors, faults, forms, routes
from .world import PLATFORM

LOG_KEEPS = 50_000


@dataclass
class Answer:
    status: int = 200
    body: dict | None = None
    headers: dict = field(default_factory=dict)
    conduct: str | None = None  # how it goes out, if not as it should

    @property
    def is_replayed(self):
        return "Idempotent-Replayed" in self.headers


class Api:
    def __init__(self, world, keys, limiter, faults):
        self.world = world
        self.keys = keys
        self.limiter = limiter
        self.faults = faults

    def answer(self, call):
        """Answer the call and write it into the log."""
        answer, fault = self._answer(call)
        answer.headers["Request-Id"] = call.id
        answer.headers["Stripe-Version"] = call.version
        self._log(call, answer, fault)
        return answer

    def _answer(self, call):
        """1. who and how often, 2. a fault instead of the work, 3. the work, 4. a fault after."""
        try:
            route, ids = routes.match(call.method, call.path)
            call.operation = route.operation
            self._admit(call, route)
        except errors.ApiError as refusal:
            return _refused(refusal), None
        fault = self.faults.choose(call)
        if fault in faults.REFUSALS:
            return _refused(faults.REFUSALS[fault]()), fault
        side, conduct = faults.CONDUCT.get(fault, (None, None))
        if side == "before":
            return Answer(conduct=conduct), fault
        answer = self._worked(call, route, ids, fault)
        answer.conduct = conduct
        return answer, fault

    def _admit(self, call, route):
        _authenticate(call)
        if reason := self.limiter.refusal(route.operation):
            raise errors.too_many(reason)
        if call.account is None:
            return
        if not route.for_connected:
            raise errors.invalid(
                "This is a call of the platform: leave out the Stripe-Account header."
            )
        if call.account != PLATFORM and self.world.store.get("account", call.account) is None:
            raise errors.ApiError(
                403,
                "invalid_request_error",
                f"This key has no access to account '{call.account}'.",
                code="account_invalid",
            )

    def _worked(self, call, route, ids, fault):
        """Do the work once for each key; hold the key meanwhile."""
        is_keyed = bool(call.key) and call.method == "POST"
        try:
            if is_keyed and (stored := self.keys.claim(call)):
                return Answer(*stored, headers={"Idempotent-Replayed": "true"})
            try:
                time.sleep(self.world.options.latency + faults.slowness(fault))
                return Answer(*self._executed(call, route, ids, fault, is_keyed))
            finally:
                if is_keyed:
                    self.keys.release(call)
        except errors.ApiError as refusal:
            return _refused(refusal)

    def _executed(self, call, route, ids, fault, is_keyed):
        """The outcome and its memory are one unit: a killed sandbox forgets both or neither."""
        try:
            with self.world.store.unit():
                forms.only(call.params, route.parameters)
                if fault == "500_before":
                    raise errors.broken()
                done = told = 200, route.handler(self.world, call, *ids)
                if fault == "500_after":
                    told = 500, errors.broken().body
                if is_keyed:
                    self.keys.keep(call, *(done if call.is_second else told))
                return told
        except errors.ApiError as refusal:
            if is_keyed and refusal.kept and not call.is_second:
                self.keys.keep(call, refusal.status, refusal.body)
            raise

    def _log(self, call, answer, fault):
        entry = {
            "at": self.world.now(),
            "method": call.method,
            "path": call.path,
            "operation": call.operation,
            "account": call.account,
            "key": call.key,
            "api_key": call.api_key,
            "payment": call.payment,
            "params": call.params,
            "status": answer.status if answer.conduct is None else None,
            "fault": fault,
            "replayed": answer.is_replayed,
            "request_id": call.id,
        }
        store = self.world.store
        (newest,) = store.row(
            "INSERT INTO requests (entry) VALUES (?) RETURNING n", json.dumps(entry)
        )
        if newest % 1000 == 0:
            store.run("DELETE FROM requests WHERE n <= ?", newest - LOG_KEEPS)


def _refused(refusal):
    return Answer(refusal.status, refusal.body, dict(refusal.headers))


def _authenticate(call):
    key = call.api_key
    if key.startswith(("sk_live_", "rk_live_")):
        raise errors.unauthenticated(
            "This is a sandbox: it takes no live key. "
            "Use one that begins with rk_test_ or sk_test_."
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        raise errors.unauthenticated(
            "Give an API key that starts with rk_test_ or sk_test_ (Authorization: Bearer …)."
        )
