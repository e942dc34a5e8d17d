"""Idempotency keys: the same key with the same request gives the first answer again.

The first API remembers every outcome for 24 hours, the second only what succeeded, for 30 days: a
try that failed is done again, and what it had done already is not done twice.
"""

import hashlib
import json

from . import errors
from .world import DAY

KEPT_FOR = DAY
KEPT_FOR_BY_THE_SECOND = 30 * DAY


class Keys:
    """What each account's keys stand for, and which are being worked on."""

    def __init__(self, world):
        self._world = world
        self._in_use = set()

    def claim(self, call):
        """The stored (status, body) of this key, or None and the key is ours until `release`.

        Raises if the key stands for another request, or another request holds it.
        """
        world, mark = self._world, (call.owner, call.key)
        with world.store.unit():
            self._forget_old()
            if mark in self._in_use:
                raise errors.key_in_use()
            row = world.store.row(
                "SELECT fingerprint, status, body FROM keys WHERE account = ? AND key = ?",
                *mark,
            )
            if row is None:
                self._in_use.add(mark)
                return None
            if row[0] != _fingerprint(call):
                raise errors.key_reused(409 if call.is_second else 400)
            return row[1], json.loads(row[2])

    def keep(self, call, status, body):
        """Remember the outcome; call it in the unit that produced the outcome."""
        kept_for = KEPT_FOR_BY_THE_SECOND if call.is_second else KEPT_FOR
        self._world.store.run(
            "INSERT OR REPLACE INTO keys (account, key, until, fingerprint, status, body)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            call.owner,
            call.key,
            self._world.now() + kept_for,
            _fingerprint(call),
            status,
            json.dumps(body),
        )

    def release(self, call):
        self._in_use.discard((call.owner, call.key))

    def _forget_old(self):
        self._world.store.run("DELETE FROM keys WHERE until <= ?", self._world.now())


def _fingerprint(call):
    """Path and parameters, in whatever order they were written."""
    text = call.path + "\n" + json.dumps(call.params, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
