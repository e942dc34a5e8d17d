"""Anonymising a table: global recoding, then stars for what is left, then a check of the result."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.disclosure import spec as specs
from evaluation.disclosure.hierarchies import (
    Hierarchy,
    checked_hierarchy,
    common_denominator,
)
from evaluation.disclosure.lattice import (
    Cells,
    Codes,
    Found,
    Rule,
    Scale,
    combined,
    kept_rows,
    search,
)
from evaluation.disclosure.spec import Spec
from evaluation.disclosure.suppression import (
    classes_of,
    cost_of,
    refuse_unless_kept,
    starred_cells,
    starred_rows,
)

INT64_SAFE = 2**62


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was done to the table and what it cost; no row of it.

    Costs are exact whole numbers out of `denominator`; `ncp_percent` = 100 final_cost /
    denominator (0 nothing lost, 100 all stars), `global_ncp_percent` the same after global
    recoding alone, with residual rows as stars. `least_class` is the smallest class of the
    table that leaves, `least_part` the smallest part of a class inside one arm.
    """

    rows: int
    levels: dict[str, int]
    global_cost: int
    final_cost: int
    denominator: int
    global_ncp_percent: float
    ncp_percent: float
    residual_rows: int
    all_star_rows: int
    starred_share_by_column: dict[str, float]
    starred_share_by_arm: dict[str, float]
    least_class: int
    least_part: int
    nodes_counted: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Result:
    """The anonymised table, rows and other columns as they were, and the report."""

    table: pd.DataFrame
    report: Report


def anonymise(table: pd.DataFrame, spec: Spec) -> Result:
    """Recode the quasi-identifiers of `table` at the least cost that meets `spec`.

    Every class of equal values, a star matching only stars, has k people, counting only parts
    inside one arm with k_arm people, and l distinct values in each sensitive column (a missing
    value is a value). No row is dropped; only the columns in `spec.qis` change. The outcome is
    the same whatever the order of the rows.

    First one level is chosen for each column, for everybody, at the least cost; people whom that
    leaves in too small a class are left over. Then as few of their cells as will do become stars.
    A cell that could be any of c of a column's n leaves costs (c - 1)/(n - 1), a star 1, times
    the column's weight (the normalised certainty penalty, Xu et al. 2006, KDD 06).

    Raises InvalidSpec, NotSupportedYet, or NotAnonymisable naming the condition that fails.
    """
    specs.check(spec, table)
    hierarchies = [checked_hierarchy(name, spec.hierarchies[name]) for name in spec.qis]
    scales, worst = _scales(hierarchies, spec, len(table))
    rule = Rule(spec.k, spec.k_arm if spec.arm else 1, spec.l, worst)
    cells, of_row, arms = _cells(table, spec, hierarchies)
    refuse_unless_kept(cells, rule, "The people of the whole table")

    menus = [range(spec.least_levels.get(h.column, 0), h.star + 1) for h in hierarchies]
    chosen = search(cells, scales, rule, menus)
    star = starred_cells if spec.suppression == "cell" else starred_rows
    levels = star(cells, scales, rule, chosen)
    if not kept_rows(cells, classes_of(cells, scales, levels), rule).all():
        raise AssertionError("A class of the recoded table does not meet the conditions.")
    report = _report(spec, cells, scales, rule, chosen, levels, arms)
    return Result(table.assign(**_shown(hierarchies, cells, levels, of_row)), report)


def _report(
    spec: Spec,
    cells: Cells,
    scales: Sequence[Scale],
    rule: Rule,
    chosen: Found,
    levels: Codes,
    arms: list[str],
) -> Report:
    rows = int(cells.count.sum())
    classes = classes_of(cells, scales, levels)
    is_star = levels == [scale.star for scale in scales]
    starred = (is_star * cells.count[:, None]).sum(axis=0)
    denominator = rows * rule.worst
    final_cost = cost_of(cells, scales, levels)
    return Report(
        rows=rows,
        levels=dict(zip(spec.qis, chosen.levels, strict=True)),
        global_cost=chosen.cost,
        final_cost=final_cost,
        denominator=denominator,
        global_ncp_percent=100 * chosen.cost / denominator,
        ncp_percent=100 * final_cost / denominator,
        residual_rows=int(cells.count[~chosen.kept].sum()),
        all_star_rows=int(cells.count[is_star.all(axis=1)].sum()),
        starred_share_by_column=_shares(spec.qis, starred / rows),
        starred_share_by_arm=_starred_by_arm(is_star, cells, arms),
        least_class=_least(classes, cells),
        least_part=_least(combined([classes, cells.arm]), cells),
        nodes_counted=chosen.counted,
    )


def _scales(hierarchies: Sequence[Hierarchy], spec: Spec, rows: int) -> tuple[list[Scale], int]:
    """The columns as the search sees them, and what a row of nothing but stars costs."""
    common = common_denominator(hierarchies)
    weights = [spec.weights.get(h.column, 1) for h in hierarchies]
    worst = common * sum(weights)
    dtype = np.int64 if rows * worst < INT64_SAFE else object
    scales = [
        Scale(
            codes=tuple(h.codes(level) for level in range(h.star + 1)),
            costs=tuple(
                np.array(h.costs(level, weight, common), dtype) for level in range(h.star + 1)
            ),
        )
        for h, weight in zip(hierarchies, weights, strict=True)
    ]
    return scales, worst


def _cells(
    table: pd.DataFrame, spec: Spec, hierarchies: Sequence[Hierarchy]
) -> tuple[Cells, Codes, list[str]]:
    """The distinct rows with their counts, which of them each row is, and the arms' names."""
    leaves = [h.leaf_codes(table[h.column]) for h in hierarchies]
    arm, arms = np.zeros(len(table), dtype=np.intp), list[str]()
    if spec.arm is not None:
        codes, names = pd.factorize(table[spec.arm].map(str), sort=True)
        arm, arms = codes.astype(np.intp), [str(name) for name in names]
    sensitive = [
        pd.factorize(table[name], use_na_sentinel=False)[0].astype(np.intp)
        for name in spec.sensitive
    ]
    of_row = combined([*leaves, arm, *sensitive])
    first, count = np.unique(of_row, return_index=True, return_counts=True)[1:]
    cells = Cells(
        leaves=np.stack(leaves, axis=1)[first],
        arm=arm[first],
        sensitive=np.stack([arm, *sensitive], axis=1)[first, 1:],
        count=count.astype(np.int64),
    )
    return cells, of_row, arms


def _shown(
    hierarchies: Sequence[Hierarchy], cells: Cells, levels: Codes, of_row: Codes
) -> dict[str, Any]:
    """The label of every row in every recoded column."""
    return {
        h.column: np.array(h.levels, dtype=object)[levels[:, j], cells.leaves[:, j]][of_row]
        for j, h in enumerate(hierarchies)
    }


def _starred_by_arm(is_star: NDArray[np.bool_], cells: Cells, arms: list[str]) -> dict[str, float]:
    if not arms:
        return {}
    people = np.bincount(cells.arm, cells.count)
    starred = np.bincount(cells.arm, cells.count * is_star.sum(axis=1))
    return _shares(arms, starred / (people * is_star.shape[1]))


def _shares(names: Sequence[str], values: NDArray[np.float64]) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _least(groups: Codes, cells: Cells) -> int:
    return int(np.bincount(groups, cells.count).min())
