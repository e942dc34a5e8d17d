"""How alike the arms of a draw are. A draw that was held as it says is fair whatever this shows;
there is no test of significance, because chance is known to have made every difference."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True)
class Difference:
    """One value of one trait: people and share in each arm, and the standardised difference of
    each arm's share from the reference arm's, None where neither arm varies."""

    trait: str
    value: str
    people: Mapping[str, int]
    shares: Mapping[str, float]
    standardised: Mapping[str, float | None]


def differences(
    people: Iterable[tuple[str, Mapping[str, str]]],
    *,
    traits: Mapping[str, Iterable[str]],
    arms: Sequence[str],
    reference: str,
) -> list[Difference]:
    """Every value that somebody has, in the order of `traits`; `people` are (arm, value by
    trait)."""
    sizes: Counter[str] = Counter()
    counts: Counter[tuple[str, str, str]] = Counter()
    for arm, has in people:
        sizes[arm] += 1
        counts.update((trait, value, arm) for trait, value in has.items())
    rows = []
    for trait, value in ((trait, value) for trait, values in traits.items() for value in values):
        found = {arm: counts[trait, value, arm] for arm in arms}
        shares = {arm: n / sizes[arm] if sizes[arm] else 0.0 for arm, n in found.items()}
        apart = {
            arm: standardised(share, shares[reference])
            for arm, share in shares.items()
            if arm != reference
        }
        if any(found.values()):
            rows.append(Difference(trait, value, found, shares, apart))
    return rows


def standardised(share: float, other: float) -> float | None:
    """The difference of two shares over the root of their mean variance (Austin, Statistics in
    Medicine 28:3083, 2009)."""
    variance = (share * (1 - share) + other * (1 - other)) / 2
    return (share - other) / sqrt(variance) if variance else None
