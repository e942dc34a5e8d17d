"""Hierarchies: how the values of a column become coarser, level by level, up to the star."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.disclosure.refusals import InvalidSpec

STAR = "*"
MISSING_WORDS = ("", "nan", "na", "n/a", "none", "null", "<na>", "nat")

Codes = NDArray[np.intp]
Label = str | None


@dataclass(frozen=True)
class Hierarchy:
    """A checked hierarchy: `levels[v][leaf]` is the label of a leaf at level v, the star last.

    Only the leaf itself may be None: a missing value, which has to be declared like any other.
    """

    column: str
    levels: tuple[tuple[Label, ...], ...]

    @property
    def star(self) -> int:
        return len(self.levels) - 1

    @property
    def spread(self) -> int:
        """Number of declared leaves less one; a single leaf counts one."""
        return max(len(self.levels[0]) - 1, 1)

    def codes(self, level: int) -> Codes:
        """The label of each leaf at `level` as its rank among all labels of the column.

        Ranks follow code points, a missing value first, so that order never depends on a locale.
        """
        labels = {label for labels in self.levels for label in labels}
        ranks = {label: j for j, label in enumerate(sorted(labels, key=lambda x: x or ""))}
        return np.array([ranks[label] for label in self.levels[level]], dtype=np.intp)

    def costs(self, level: int, weight: int, common: int) -> list[int]:
        """What a cell of each leaf costs at `level`, `common` being the D of all columns."""
        if level == self.star:
            return [weight * common] * len(self.levels[0])
        covered = Counter(self.levels[level])
        unit = weight * common // self.spread
        return [(covered[label] - 1) * unit for label in self.levels[level]]

    def leaf_codes(self, values: "pd.Series[Any]") -> Codes:
        """The position of each value among the leaves. Raises InvalidSpec for an unknown one."""
        positions = {leaf: j for j, leaf in enumerate(self.levels[0])}
        found = values.map(lambda value: positions.get(as_label(value), -1), na_action=None)
        codes = found.to_numpy(dtype=np.intp)
        if (codes < 0).any():
            first = int(np.argmax(codes < 0)) + 1
            kind = "missing value" if values.isna().iloc[first - 1] else "value"
            raise InvalidSpec(
                f"{self.column!r} has a {kind} that its hierarchy does not declare, in"
                f" {int((codes < 0).sum())} rows, first in row {first}."
            )
        return codes


def as_label(value: Any) -> Label:
    """A value as it is written in a release; None when it is missing."""
    return None if pd.isna(value) else str(value)


def checked_hierarchy(column: str, rows: Sequence[Sequence[Any]]) -> Hierarchy:
    """The hierarchy of a column from its rows of labels, the star added if it is not there.

    Raises InvalidSpec unless the rows are of one length, leaves differ, levels nest and no label
    can be taken for another, for the star or for a missing value.
    """
    if not rows or not all(len(row) == len(rows[0]) for row in rows) or not rows[0]:
        raise InvalidSpec(
            f"{column!r}: every row of the hierarchy needs the same levels, one leaf."
        )
    levels = [tuple(as_label(value) for value in level) for level in zip(*rows, strict=True)]
    if len(levels) == 1 or set(levels[-1]) != {STAR}:
        levels.append((STAR,) * len(rows))
    for is_wrong, words in (
        (len(set(levels[0])) < len(rows), "a leaf is declared twice"),
        (any(None in level for level in levels[1:]), "only a leaf may be a missing value"),
        (not _nests(levels), "its levels do not nest: a label belongs to two coarser ones"),
    ):
        if is_wrong:
            raise InvalidSpec(f"{column!r}: {words}.")
    _check_labels(column, levels[:-1])
    return Hierarchy(column, tuple(levels))


def common_denominator(hierarchies: Sequence[Hierarchy]) -> int:
    """The least common multiple of all spreads, which makes every cost a whole number."""
    return lcm(*(hierarchy.spread for hierarchy in hierarchies))


def _nests(levels: Sequence[tuple[Label, ...]]) -> bool:
    return all(
        len(set(zip(finer, coarser, strict=True))) == len(set(finer))
        for finer, coarser in pairwise(levels)
    )


def _check_labels(column: str, levels: Sequence[tuple[Label, ...]]) -> None:
    """Refuse a label that reads like the star, a missing value, or another group of leaves."""
    meaning: dict[str, tuple[Label, frozenset[int]]] = {}
    for level in levels:
        for label in dict.fromkeys(level):
            if label is None:
                continue
            plain = _plain(label)
            if plain.strip(STAR) == "" and STAR in plain:
                raise InvalidSpec(f"{column!r}: the label {label!r} could be taken for the star.")
            if plain in MISSING_WORDS:
                raise InvalidSpec(f"{column!r}: {label!r} could be taken for a missing value.")
            leaves = frozenset(j for j, other in enumerate(level) if other == label)
            if meaning.setdefault(plain, (label, leaves)) != (label, leaves):
                raise InvalidSpec(f"{column!r}: the label {label!r} could be taken for another.")


def _plain(label: str) -> str:
    return unicodedata.normalize("NFKC", label).strip().casefold()
