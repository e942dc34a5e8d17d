"""Balance: how alike two arms were before anything was paid."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluation.estimators import columns
from evaluation.estimators.errors import UnknownOption
from evaluation.estimators.kernel import Floats

STANDARDS = ("pooled", "treated")
WATCH, CONCERN = 0.1, 0.25

FIGURES = (
    "mean_treated",
    "mean_comparison",
    "sd_treated",
    "sd_comparison",
    "smd",
    "variance_ratio",
    "share_missing",
)
FIELDS = ("n_treated", "n_comparison", *FIGURES, "flag", "reason")


def balance(
    frame: pd.DataFrame,
    *,
    arm: str,
    treated: object,
    comparison: object,
    covariates: Sequence[str],
    standardise_by: str = "pooled",
) -> pd.DataFrame:
    """Standardised mean difference and variance ratio of each covariate, without p-values.

    One row a covariate, and one a level of a covariate in words. smd = (mean treated - mean
    comparison) / SD, the SD being sqrt((v1 + v0)/2) when `standardise_by` is "pooled" (Austin
    2009, Statistics in Medicine 28:3083; for a trial or ATE) or the treated arm's own (for ATT);
    variances with ddof 1, over the people whose covariate is known. `flag` is "watch" from .1 and
    "concern" from .25 (Stuart 2010, Statistical Science 25:1). Where nothing can be said the
    figure is NA and `reason` says why. Errors as for `itt_ancova`.
    """
    if standardise_by not in STANDARDS:
        raise UnknownOption("standardise_by", standardise_by, STANDARDS)
    labels = columns.two_arms(frame, arm, treated, comparison)
    in_arm, in_comparison = (labels == treated).to_numpy(), (labels == comparison).to_numpy()
    rows = [
        {"covariate": name, **_compared(values[in_arm], values[in_comparison], standardise_by)}
        for covariate in covariates
        for name, values in _named_columns(frame, covariate)
    ]
    table = pd.DataFrame(rows, columns=["covariate", *FIELDS])
    return table.astype(dict.fromkeys(FIGURES, "Float64") | {"reason": "string"})


def _named_columns(frame: pd.DataFrame, name: str) -> list[tuple[str, Floats]]:
    values = columns.column(frame, name)
    if columns.holds_numbers(values):
        return [(name, columns.numbers(frame, name))]
    dummies = columns.level_dummies(values)
    return [(f"{name} = {level}", dummies[level].to_numpy()) for level in dummies.columns]


def _compared(treated: Floats, comparison: Floats, standardise_by: str) -> dict[str, Any]:
    a, b = treated[~np.isnan(treated)], comparison[~np.isnan(comparison)]
    missing = 1 - (len(a) + len(b)) / max(len(treated) + len(comparison), 1)
    row = {**dict.fromkeys(FIELDS), "n_treated": len(a), "n_comparison": len(b)}
    row |= {"share_missing": missing, "flag": ""}
    if min(len(a), len(b)) < 2:
        return row | {"reason": "not_enough_people"}
    v1, v0 = columns.variance(a), columns.variance(b)
    variance = v1 if standardise_by == "treated" else (v1 + v0) / 2
    row |= {"mean_treated": a.mean(), "mean_comparison": b.mean()}
    row |= {"sd_treated": np.sqrt(v1), "sd_comparison": np.sqrt(v0)}
    if variance <= 0:
        return row | {"reason": "nothing_varies"}
    smd = (a.mean() - b.mean()) / np.sqrt(variance)
    return row | {"smd": smd, "variance_ratio": v1 / v0 if v0 > 0 else None, "flag": _flag(smd)}


def _flag(smd: float) -> str:
    if abs(smd) >= CONCERN:
        return "concern"
    return "watch" if abs(smd) >= WATCH else ""
