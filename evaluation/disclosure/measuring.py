"""How easily a person could be picked out of a table, measured on the table that leaves."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.disclosure.refusals import InvalidSpec


@dataclass(frozen=True, kw_only=True)
class Risk:
    """`k`: people in the smallest class of equal values, a star or a gap matching only its like.

    `classes`: how many there are; `unique_rows`: people alone in theirs; `average_risk`: classes
    over people, the chance that a name put to a row at random is right (marketer risk).
    Over classes and sensitive columns: `l`, the fewest distinct values; `entropy_l`, exp of the
    least entropy; `alpha`, the greatest share of one value. These are None without a sensitive
    column, and every ratio is None for a table without rows.
    """

    rows: int
    k: int
    classes: int
    unique_rows: int
    average_risk: float | None
    l: int | None = None  # noqa: E741 - the field's own letter
    entropy_l: float | None = None
    alpha: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def risk(table: pd.DataFrame, qis: Sequence[str], sensitive: Sequence[str] = ()) -> Risk:
    """Measure the risk of `table` to somebody who knows a person's `qis` (prosecutor model).

    Add the arm to `qis` to measure the parts inside an arm. l-diversity after Machanavajjhala et
    al. 2007 (ACM TKDD 1:3), alpha after Wong et al. 2006 (KDD 06). Raises InvalidSpec for an
    unknown column or without `qis`.
    """
    if not qis:
        raise InvalidSpec("Name at least one quasi-identifier.")
    if unknown := [name for name in (*qis, *sensitive) if name not in table.columns]:
        raise InvalidSpec(f"The table has no column {unknown}.")
    classes = table.groupby(list(qis), dropna=False, sort=False, observed=True)
    sizes = classes.size()
    return Risk(
        rows=len(table),
        k=int(sizes.min()) if len(sizes) else 0,
        classes=len(sizes),
        unique_rows=int((sizes == 1).sum()),
        average_risk=len(sizes) / len(table) if len(table) else None,
        **(_diversity(table, classes.ngroup(), sensitive) if sensitive and len(table) else {}),
    )


def _diversity(
    table: pd.DataFrame, classes: "pd.Series[int]", sensitive: Sequence[str]
) -> dict[str, Any]:
    fewest, entropy, alpha = [], [], []
    for name in sensitive:
        values = pd.Series(pd.factorize(table[name], use_na_sentinel=False)[0])
        counts = pd.crosstab(classes.to_numpy(), values).to_numpy()
        share = counts / counts.sum(axis=1, keepdims=True)
        surprise = -share * np.log(np.where(share > 0, share, 1))
        fewest.append((counts > 0).sum(axis=1).min())
        entropy.append(np.exp(surprise.sum(axis=1).min()))
        alpha.append(share.max())
    return {"l": int(min(fewest)), "entropy_l": float(min(entropy)), "alpha": float(max(alpha))}
