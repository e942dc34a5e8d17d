"""Minimisation after Pocock and Simon (Biometrics 31:103, 1975), with a biased coin."""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import lcm

from participants.rules.lots import Stream


def minimised(
    units: Iterable[tuple[str, tuple[str, ...]]],
    *,
    ratios: Mapping[str, int],
    coin: int,
    stream: Stream,
) -> dict[str, str]:
    """An arm for each unit, in the order given.

    Each goes to the arm that would leave the arms most alike in its own strata, with a chance of
    `coin` in a hundred; otherwise to another, as the ratios say. The difference in one stratum
    is the range over the arms of people per part of the ratio; those of all strata are added.
    """
    per_part = {arm: lcm(*ratios.values()) // ratio for arm, ratio in ratios.items()}
    seen: Counter[tuple[int, str, str]] = Counter()
    arms: dict[str, str] = {}
    for unit, cell in units:
        spread = {arm: _spread_with(arm, cell, seen, per_part) for arm in ratios}
        arms[unit] = arm = _choose(spread, ratios, coin, stream)
        seen.update((place, value, arm) for place, value in enumerate(cell))
    return arms


def _spread_with(
    arm: str,
    cell: tuple[str, ...],
    seen: Mapping[tuple[int, str, str], int],
    per_part: Mapping[str, int],
) -> int:
    """How far apart the arms would be in this unit's strata, if it went to `arm`."""
    total = 0
    for place, value in enumerate(cell):
        counts = [
            (seen.get((place, value, one), 0) + (one == arm)) * weight
            for one, weight in per_part.items()
        ]
        total += max(counts) - min(counts)
    return total


def _choose(spread: Mapping[str, int], ratios: Mapping[str, int], coin: int, stream: Stream) -> str:
    least = min(spread.values())
    best = {arm: ratios[arm] for arm in spread if spread[arm] == least}
    chosen = stream.one_of(best)
    if len(best) == len(spread) or stream.below(100) < coin:
        return chosen
    return stream.one_of({arm: ratio for arm, ratio in ratios.items() if arm != chosen})
