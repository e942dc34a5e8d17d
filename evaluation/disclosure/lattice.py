"""Optimal global recoding: the cheapest level for every column, found exactly.

A node is one level per quasi-identifier. Every node that could be best is either counted or shown
to cost more than the best one counted: a proven optimum, of least cost, and among
equals the lexicographically smallest vector of levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.disclosure.refusals import InvalidSpec

Codes = NDArray[np.intp]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
Exact = NDArray[Any]  # int64 where the sums fit, else Python integers

MOST_NODES = 1_000_000


@dataclass(frozen=True)
class Scale:
    """One column as the search sees it: per level, each leaf's label code and its exact cost."""

    codes: tuple[Codes, ...]
    costs: tuple[Exact, ...]

    @property
    def star(self) -> int:
        return len(self.codes) - 1


@dataclass(frozen=True)
class Cells:
    """Distinct rows (m of them): leaf codes (m, q), arm, sensitive codes (m, s), people in each."""

    leaves: Codes
    arm: Codes
    sensitive: Codes
    count: Counts

    def where(self, flags: Flags) -> "Cells":
        return Cells(self.leaves[flags], self.arm[flags], self.sensitive[flags], self.count[flags])


@dataclass(frozen=True)
class Rule:
    """How many must share a class and its parts, and what a row of nothing but stars costs."""

    k: int
    k_arm: int
    l: int  # noqa: E741 - the field's own letter
    worst: int


@dataclass(frozen=True)
class Found:
    """The best node: its levels, the distinct rows it keeps, its cost, and nodes counted."""

    levels: tuple[int, ...]
    kept: Flags
    cost: int
    counted: int


def search(
    cells: Cells, scales: Sequence[Scale], rule: Rule, menus: Sequence[Sequence[int]]
) -> Found:
    """The cheapest node whose level for column j is one of `menus[j]` (ascending)."""
    levels = _nodes(menus)
    base, greatest = _base_costs(cells, scales, levels)
    bound, is_open = base.copy(), np.ones(len(levels), dtype=bool)
    best, best_at, counted = None, len(levels), 0
    while True:
        ready = is_open if best is None else is_open & _may_beat(bound, best.cost, best_at)
        if not ready.any():
            break
        at = _most_general(base, ready) if counted % 2 else _most_promising(bound, ready)
        is_open[at], counted = False, counted + 1
        found = _counted(cells, scales, rule, tuple(levels[at].tolist()))
        if best is None or (found.cost, at) < (best.cost, best_at):
            best, best_at = found, at
        residual = int(cells.count[~found.kept].sum())
        below = (levels <= levels[at]).all(axis=1)
        least = base[below] + residual * (rule.worst - greatest[below])
        bound[below] = np.maximum(bound[below], least)
    assert best is not None
    return Found(best.levels, best.kept, best.cost, counted)


def kept_rows(cells: Cells, classes: Codes, rule: Rule) -> Flags:
    """Whether each distinct row stands in a good part of a passing class.

    `classes` numbers the class of each distinct row from 0.
    """
    parts = combined([classes, cells.arm])
    part_size = np.bincount(parts, cells.count).astype(np.int64)
    is_good: Flags = part_size[parts] >= rule.k_arm
    size = np.bincount(classes, np.where(is_good, cells.count, 0)).astype(np.int64)
    passes = size >= rule.k
    for values in cells.sensitive.T:
        pairs = np.unique(np.column_stack([classes, values])[is_good], axis=0)
        distinct = np.bincount(pairs[:, 0], minlength=len(size))
        passes &= distinct >= rule.l
    return is_good & passes[classes]


def combined(columns: Sequence[Codes]) -> Codes:
    """One number from 0 for every distinct combination of codes, the first column leading."""
    total = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if (int(total.max(initial=0)) + 1) * size >= 2**62:
            total = np.unique(total, return_inverse=True)[1].astype(np.int64)
        total = total * size + column
    return np.unique(total, return_inverse=True)[1].astype(np.intp)


def _nodes(menus: Sequence[Sequence[int]]) -> Codes:
    """Every vector of levels (nodes, q) in lexicographic order."""
    if (total := prod(len(menu) for menu in menus)) > MOST_NODES:
        raise InvalidSpec(f"{total} combinations of levels are too many: use fewer columns.")
    grid = np.meshgrid(*(np.asarray(menu, dtype=np.intp) for menu in menus), indexing="ij")
    return np.stack([axis.ravel() for axis in grid], axis=1)


def _base_costs(cells: Cells, scales: Sequence[Scale], levels: Codes) -> tuple[Exact, Exact]:
    """Of each node: its cost if nobody were residual, and the most one row could cost."""
    dtype = scales[0].costs[0].dtype
    base, greatest = np.zeros(len(levels), dtype), np.zeros(len(levels), dtype)
    for j, scale in enumerate(scales):
        leaves = cells.leaves[:, j]
        total = np.array([(cost[leaves] * cells.count).sum() for cost in scale.costs], dtype)
        most = np.array([cost[leaves].max() for cost in scale.costs], dtype)
        base, greatest = base + total[levels[:, j]], greatest + most[levels[:, j]]
    return base, greatest


def _may_beat(bound: Exact, cost: int, at: int) -> Flags:
    is_less: Flags = bound < cost
    is_less[:at] |= bound[:at] == cost
    return is_less


def _most_promising(bound: Exact, ready: Flags) -> int:
    nodes = np.flatnonzero(ready)
    return int(nodes[np.argmin(bound[nodes])])


def _most_general(base: Exact, ready: Flags) -> int:
    nodes = np.flatnonzero(ready)[::-1]
    return int(nodes[np.argmax(base[nodes])])


def _counted(cells: Cells, scales: Sequence[Scale], rule: Rule, node: tuple[int, ...]) -> Found:
    """The node with the rows it keeps and its cost, from the distinct rows."""
    at_level = list(zip(scales, node, cells.leaves.T, strict=True))
    classes = combined([scale.codes[level][leaf] for scale, level, leaf in at_level])
    kept = kept_rows(cells, classes, rule)
    cost = np.sum([scale.costs[level][leaf] for scale, level, leaf in at_level], axis=0)
    residual = int(cells.count[~kept].sum())
    total = int((cost[kept] * cells.count[kept]).sum()) + residual * rule.worst
    return Found(node, kept, total, 1)
