"""Faults: what can go wrong with a call, by rule or by seeded chance.

A name says what happens and on which side of the work: `…_before` means nothing was done,
`…_after` that it was done and the answer is lost or wrong.
"""

import threading
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatch

from . import errors
from .chances import chance

REFUSALS = {  # answered instead of the work, and not stored under the key
    "429_rate": lambda: errors.too_many("endpoint-rate"),
    "429_concurrency": lambda: errors.too_many("endpoint-concurrency"),
    "429_lock": errors.lock_timeout,
    "409_in_use": errors.key_in_use,
    "401_key": lambda: errors.unauthenticated("This key has been rolled."),
    "403_permission": lambda: errors.ApiError(
        403, "invalid_request_error", "This key may not do that.", code="more_permissions_required"
    ),
    "402_card": lambda: errors.ApiError(
        402, "card_error", "The card was declined.", code="card_declined"
    ),
    "424_dependency": lambda: errors.ApiError(
        424, "api_error", "Something the provider relies on has failed."
    ),
}
CONDUCT = {  # what the line does: (before or after the work, how the answer goes out)
    "drop_before": ("before", "drop"),
    "drop_after": ("after", "drop"),
    "timeout_before": ("before", "hang"),
    "timeout_after": ("after", "hang"),
    "502_html": ("before", "html"),
    "502_html_after": ("after", "html"),
    "garbage_200": ("after", "garbage"),
    "empty_200": ("after", "empty"),
    "cut_after": ("after", "cut"),
}
KNOWN = {*REFUSALS, *CONDUCT, "500_before", "500_after"}


@dataclass
class Rule:
    """From the `nth` matching call on (None: the first), `do` happens `times` times (None: for
    ever)."""

    do: str
    path: str = "*"
    method: str = "*"
    payment: str | None = None
    nth: int | None = None
    times: int | None = 1
    seen: int = 0
    fired: int = 0

    def applies(self, call):
        if not (
            fnmatch(call.path, self.path)
            and fnmatch(call.method, self.method)
            and self.payment in (None, call.payment)
        ):
            return False
        self.seen += 1
        if self.seen < (self.nth or 1) or self.fired == self.times:
            return False
        self.fired += 1
        return True


@dataclass(frozen=True)
class Dice:
    """A share of calls fails, with faults drawn by weight.

    The draw depends on the seed, the payment (or the key, or the path) and how often it has been
    tried: threads that overtake each other change nothing.
    """

    rate: float
    weights: dict
    seed: int = 0
    path: str = "/v1/transfers"
    method: str = "POST"


class Faults:
    def __init__(self):
        self.rules = []
        self.dice = None
        self._tries = Counter()
        self._lock = threading.Lock()

    def add(self, do, **match):
        """Add a rule; raises ValueError for a fault nobody knows."""
        _check(do)
        self.rules.append(Rule(do, **match))

    def roll(self, **settings):
        """Begin to fail at random, or change how."""
        dice = Dice(**settings)
        for name in dice.weights:
            _check(name)
        self.dice = dice
        self._tries.clear()

    def clear(self):
        self.rules = []
        self.dice = None

    def choose(self, call):
        """The fault this call meets, or None."""
        with self._lock:
            for rule in self.rules:
                if rule.applies(call):
                    return rule.do
            return self._drawn(call)

    def _drawn(self, call):
        dice = self.dice
        if dice is None or not (
            fnmatch(call.path, dice.path) and fnmatch(call.method, dice.method)
        ):
            return None
        subject = call.payment or call.key or call.path
        self._tries[subject] += 1
        if chance(dice.seed, "fails", subject, self._tries[subject]) >= dice.rate:
            return None
        mark = chance(dice.seed, "which", subject, self._tries[subject]) * sum(
            dice.weights.values()
        )
        for name, weight in sorted(dice.weights.items()):
            mark -= weight
            if mark < 0:
                return name
        return None


def slowness(fault):
    """Seconds that `slow:ms` waits; 0 for other faults."""
    return int(fault.split(":")[1]) / 1000 if fault and fault.startswith("slow:") else 0.0


def _check(name):
    if name not in KNOWN and not (name.startswith("slow:") and name[5:].isdigit()):
        raise ValueError(
            f"No fault is called {name!r}; there are {', '.join(sorted(KNOWN))} "
            "and slow:MILLISECONDS."
        )
