"""What happens to the rows that global recoding leaves over: stars, as few as will do.

`levels` (m, q) says at which level each distinct row shows each column. A row all of whose
columns are stars is in the all-star class, which has to meet every condition too.
"""

from collections.abc import Sequence

import numpy as np

from evaluation.disclosure.lattice import (
    Cells,
    Codes,
    Flags,
    Found,
    Rule,
    Scale,
    combined,
    kept_rows,
    search,
)
from evaluation.disclosure.refusals import NotAnonymisable


def starred_rows(cells: Cells, scales: Sequence[Scale], rule: Rule, chosen: Found) -> Codes:
    """Levels with every residual row starred whole. Raises NotAnonymisable if they are too few."""
    levels = np.where(chosen.kept[:, None], chosen.levels, _stars(scales))
    rest = cells.where((levels == _stars(scales)).all(axis=1))
    refuse_unless_kept(rest, rule, "The people whose row would be all stars")
    return levels


def starred_cells(cells: Cells, scales: Sequence[Scale], rule: Rule, chosen: Found) -> Codes:
    """Levels with single cells of residual rows starred.

    The residual rows are searched again and again for the cheapest columns to star. After each
    such round the rest could be starred whole; of all these stopping points the cheapest is
    taken, the later among equals.
    """
    stops = _rounds(cells, scales, rule, chosen)
    finished = [_topped_up(cells, scales, rule, levels) for levels in stops]
    costs = [cost_of(cells, scales, levels) for levels in finished]
    return finished[max(j for j, cost in enumerate(costs) if cost == min(costs))]


def cost_of(cells: Cells, scales: Sequence[Scale], levels: Codes) -> int:
    """The exact cost of the table at these levels."""
    total = 0
    for j, scale in enumerate(scales):
        table = np.stack(scale.costs)
        total += int((table[levels[:, j], cells.leaves[:, j]] * cells.count).sum())
    return total


def classes_of(cells: Cells, scales: Sequence[Scale], levels: Codes) -> Codes:
    """The class of each distinct row, numbered in the order of the labels it shows."""
    return combined(
        [np.stack(scale.codes)[levels[:, j], cells.leaves[:, j]] for j, scale in enumerate(scales)]
    )


def refuse_unless_kept(cells: Cells, rule: Rule, who: str) -> None:
    """Raise NotAnonymisable, naming the condition, unless these rows can be one class."""
    people = int(cells.count.sum())
    if people == 0 or kept_rows(cells, np.zeros_like(cells.arm), rule).all():
        return
    if people < rule.k:
        raise NotAnonymisable(f"{who} are {people}: fewer than k = {rule.k}.")
    if (np.bincount(cells.arm, cells.count)[cells.arm] < rule.k_arm).any():
        raise NotAnonymisable(f"{who} of one arm are fewer than k_arm = {rule.k_arm}.")
    raise NotAnonymisable(f"{who} have fewer than l = {rule.l} values in a sensitive column.")


def _rounds(cells: Cells, scales: Sequence[Scale], rule: Rule, chosen: Found) -> list[Codes]:
    """The levels after 0, 1, 2 … rounds, whoever is left over being starred whole."""
    stars = _stars(scales)
    levels = np.where(chosen.kept[:, None], chosen.levels, stars)
    menus = [sorted({level, star}) for level, star in zip(chosen.levels, stars, strict=True)]
    left, stops = ~chosen.kept, [levels]
    while int(cells.count[left].sum()) >= rule.k:
        found = search(cells.where(left), scales, rule, menus)
        if not found.kept.any():
            break
        now = np.flatnonzero(left)[found.kept]
        levels = levels.copy()
        levels[now], left = found.levels, left.copy()
        left[now] = False
        stops.append(levels)
    return stops


def _topped_up(cells: Cells, scales: Sequence[Scale], rule: Rule, levels: Codes) -> Codes:
    """Star finished classes whole until the all-star class meets every condition.

    It ends, at the latest with everything starred: that this would do has been made sure of.
    """
    levels, stars = levels.copy(), _stars(scales)
    while True:
        is_star: Flags = (levels == stars).all(axis=1)
        rest = cells.where(is_star)
        if not len(rest.count) or kept_rows(rest, np.zeros_like(rest.arm), rule).all():
            return levels
        classes = classes_of(cells, scales, levels)
        levels[classes == _class_to_star(cells, classes, is_star, rule)] = stars


def _class_to_star(cells: Cells, classes: Codes, is_star: Flags, rule: Rule) -> int:
    """The smallest finished class with people of the first arm that is short, if one is.

    Among equals the first by its labels.
    """
    starred = np.bincount(cells.arm[is_star], cells.count[is_star])
    short = np.flatnonzero((starred > 0) & (starred < rule.k_arm))
    candidates = np.unique(classes[~is_star])
    if len(short):
        helpful = np.unique(classes[~is_star & (cells.arm == short[0])])
        candidates = helpful if len(helpful) else candidates
    size = np.bincount(classes, cells.count)
    return int(candidates[np.argmin(size[candidates])])


def _stars(scales: Sequence[Scale]) -> Codes:
    return np.array([scale.star for scale in scales], dtype=np.intp)
