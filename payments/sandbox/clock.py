"""The sandbox's own time: real time plus an offset, or a moment that stands still."""

import time
from datetime import UTC, datetime


class Clock:
    """Whole seconds since 1970. `frozen` clocks move only when told to."""

    def __init__(self, *, start=None, frozen=False):
        self._offset = 0.0
        self._frozen_at = None
        self._pinned = None
        if frozen:
            self._frozen_at = time.time()
        if start is not None:
            self.set(start)

    def now(self):
        return int(self._exact() if self._pinned is None else self._pinned)

    def set(self, moment):
        """Jump to `moment`, forwards or backwards."""
        self.offset += moment - self._exact()

    @property
    def offset(self):
        """Seconds between sandbox and real time; what a state file remembers."""
        return self._offset

    @offset.setter
    def offset(self, seconds):
        self._offset = seconds

    def pin(self, moment):
        """Hold `now()` at `moment` while something that was due then is done; None lets go."""
        self._pinned = moment

    def _exact(self):
        base = time.time() if self._frozen_at is None else self._frozen_at
        return base + self._offset


def moment(given):
    """Seconds since 1970 of a number, a datetime or ISO text; what names no zone is UTC."""
    if isinstance(given, str):
        given = datetime.fromisoformat(given)
    if isinstance(given, datetime):
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
    return given
