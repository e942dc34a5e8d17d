"""Drawing 10,000 people into arms, against sorting the same roster by SHA-256."""

import hashlib
from collections.abc import Callable

from participants.rules.assignment import Entry, draw
from participants.rules.design import read_design
from tests.benchmarks.harness import Contest, benchmark

PEOPLE = 10_000
SEED = bytes(range(32))
SITES, BANDS = ("North", "South"), ("18-34", "35-54", "55+")
DESIGN = {
    "arms": [{"arm": "cash", "ratio": 2}, {"arm": "services", "ratio": 1}],
    "strata": [{"name": "site", "values": list(SITES)}, {"name": "band", "values": list(BANDS)}],
}


@benchmark("participants", "drawing 10,000 people by counts", unit="µs a person", bar=15)
def drawing_by_counts() -> Contest:
    """Each person costs a few hashes: their lot, and their share of sorting by it."""
    return drawing(method="counted", places=9_000, waiting=500)


@benchmark("participants", "drawing 10,000 people in blocks", unit="µs a person", bar=15)
def drawing_in_blocks() -> Contest:
    """Shuffling blocks costs a few numbers a person more."""
    return drawing(method="blocks", blocks=[1, 2])


@benchmark("participants", "drawing 10,000 people by minimisation", unit="µs a person", bar=30)
def drawing_by_minimisation() -> Contest:
    """Each person is weighed by running counts, without rereading those before them."""
    return drawing(method="minimised", coin=80)


def drawing(**design) -> Contest:
    plan, roster = read_design({**DESIGN, **design}), people()
    return Contest(ours=lambda: draw(plan, SEED, roster), floor=sorting(roster), per=PEOPLE)


def sorting(roster: list[Entry]) -> Callable[[], object]:
    return lambda: sorted(roster, key=lambda one: hashlib.sha256(one.code.encode()).digest())


def people() -> list[Entry]:
    return [Entry(f"C{n:05}", "", (SITES[n % 2], BANDS[n % 3])) for n in range(PEOPLE)]
