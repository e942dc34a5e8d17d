"""Clocks for benchmarks: CPU time of this process and its database server, or wall time."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Clock = Callable[[], float]
WALL: Clock = time.perf_counter
SERVER = "CASHPILOT_BENCH_SERVER"
NANOSECONDS = 1e-9


def cpu_seconds() -> float:
    """CPU seconds used so far by this process, and by the database server where Linux tells."""
    return time.process_time() + server_cpu_seconds()


def server_cpu_seconds() -> float:
    """CPU seconds of the server named by its process id in `CASHPILOT_BENCH_SERVER`, with its
    children that live now: keep the connection open while measuring."""
    server = os.environ.get(SERVER)
    if server is None or not Path("/proc/self/schedstat").exists():
        return 0.0
    return sum(map(cpu_seconds_of, family_of(int(server))))


def family_of(pid: int) -> Iterator[int]:
    """The process and its children."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        yield from map(int, children.read_text().split())


def cpu_seconds_of(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) * NANOSECONDS
    except FileNotFoundError:
        return 0.0


CPU: Clock = cpu_seconds
