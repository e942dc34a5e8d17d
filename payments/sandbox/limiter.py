"""The rate limiter: so many requests in any one second, per operation and in all."""

import threading
import time
from collections import defaultdict, deque

PER_OPERATION = 25
IN_ALL = 100


class Limiter:
    """Counts by real time. Refused requests do not count."""

    def __init__(self, *, on=True, clock=time.monotonic):
        self.on = on
        self._clock = clock
        self._lock = threading.Lock()
        self._of = defaultdict(deque)
        self._all = deque()

    def refusal(self, operation):
        """The reason to refuse this request, or None and the request counts."""
        if not self.on:
            return None
        with self._lock:
            now = self._clock()
            if _full(self._of[operation], now, PER_OPERATION):
                return "endpoint-rate"
            if _full(self._all, now, IN_ALL):
                return "global-rate"
            self._of[operation].append(now)
            self._all.append(now)
            return None


def _full(window, now, limit):
    while window and window[0] <= now - 1:
        window.popleft()
    return len(window) >= limit
