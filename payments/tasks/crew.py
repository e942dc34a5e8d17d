"""A few threads that do one job after another, each with a database connection of its own."""

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Self

from django.db import connections

FEW_LEFT = 60
LONGEST_LOOK = 45


class Crew:
    """Threads for calls that mostly wait. A job that breaks is raised once the others are done.

    A job that returns true says that too many were under way: the crew gets smaller by one, and its
    last thread never leaves while there are jobs.
    """

    def __init__(self, size: int, *, longest: float):
        self._size, self._until = size, time.monotonic() + longest
        self._jobs: queue.SimpleQueue = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._left = self._alive = 0
        self._changed = threading.Condition()
        self._broken: list[Exception] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the jobs under way, close every connection, and raise what broke."""
        for _thread in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        if self._broken:
            raise ExceptionGroup("Part of this look broke.", self._broken)

    @property
    def has_time(self) -> bool:
        return time.monotonic() < self._until and not self._broken

    @property
    def is_busy(self) -> bool:
        return self._left > 0

    def do(self, job: Callable[..., bool], *arguments: Any) -> None:
        """Have a thread do this; threads are only made as they are needed, and none for a crew of
        one, which does it at once."""
        with self._changed:
            self._left += 1
        if self._size == 1 and not self._threads:
            self._do(job, arguments)
            return
        with self._changed:
            is_needed = self._alive < min(self._size, self._left)
            self._alive += is_needed
        if is_needed:
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._jobs.put((job, arguments))

    def wait_until_nearly_idle(self) -> None:
        """Wait until few jobs are left."""
        with self._changed:
            while self._left > FEW_LEFT:
                self._changed.wait()

    def wait_for_one(self) -> None:
        """Wait until a job ends, or for a second."""
        with self._changed:
            if self._left:
                self._changed.wait(timeout=1)

    def _work(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                if self._do(*job):
                    break
        finally:
            connections.close_all()

    def _do(self, job: Callable[..., bool], arguments: tuple) -> bool:
        """Do one job; whether this thread should leave."""
        is_crowded = False
        try:
            is_crowded = job(*arguments)
        except Exception as error:
            self._broken.append(error)
        with self._changed:
            self._left -= 1
            self._changed.notify_all()
            if is_crowded and self._size > 1:
                self._size -= 1
                if self._alive > self._size:
                    self._alive -= 1
                    return True
        return False
