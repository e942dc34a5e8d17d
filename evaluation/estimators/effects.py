"""Effects between arms: the difference in means and the analysis of covariance."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.estimators import columns
from evaluation.estimators.errors import NotEstimable
from evaluation.estimators.kernel import LEVERAGE_TOLERANCE, Fit, Floats, fit
from evaluation.estimators.results import Estimate

MINIMUM_OBSERVED = 10

Flags = NDArray[np.bool_]


def difference_in_means(
    frame: pd.DataFrame,
    *,
    outcome: str,
    arm: str,
    treated: object,
    comparison: object,
    weights: str | None = None,
    se: str = "HC2",
    wave: str | None = None,
    estimand: str = "difference in means",
    minimum_observed: int = MINIMUM_OBSERVED,
) -> Estimate:
    """Mean outcome of `treated` minus that of `comparison`, unadjusted; other arms are left out.

    With HC2 the standard error is Neyman's, sqrt(s1²/n1 + s0²/n0). Arguments and errors as for
    `itt_ancova`.
    """
    labels = columns.two_arms(frame, arm, treated, comparison)
    return itt_ancova(
        frame[labels.isin([treated, comparison]).to_numpy()],
        outcome=outcome,
        arm=arm,
        treated=treated,
        comparison=comparison,
        weights=weights,
        se=se,
        wave=wave,
        estimand=estimand,
        minimum_observed=minimum_observed,
    )


def itt_ancova(
    frame: pd.DataFrame,
    *,
    outcome: str,
    arm: str,
    treated: object,
    comparison: object,
    baseline: str | None = None,
    covariates: Sequence[str] = (),
    strata: str | None = None,
    weights: str | None = None,
    se: str = "HC2",
    wave: str | None = None,
    estimand: str = "intention to treat",
    minimum_observed: int = MINIMUM_OBSERVED,
) -> Estimate:
    """Effect of being assigned to `treated` rather than `comparison`, adjusted for the baseline.

    `frame` has one row a person as assigned, all arms; `outcome` to `weights` are its columns by
    name, `treated` and `comparison` labels found in `arm`. The outcome is regressed on the arms,
    the baseline, the covariates and an effect per stratum, all arms in one regression; t with
    n - k degrees of freedom (McKenzie 2012, J. Development Economics 99:210). People without an
    outcome count as missing. Missing baseline and covariates are 0 with a marker. A 0/1 outcome
    gives a risk difference. `wave` and `estimand` only label the row.

    Raises UnknownColumn, UnusableColumn, UnknownOption or NotEstimable when the question cannot
    be asked of this table. What the data cannot bear gives a row with `reason`.
    """
    labels = columns.two_arms(frame, arm, treated, comparison)
    adjusting = _adjusting(outcome, arm, baseline, covariates)
    y = columns.numbers(frame, outcome)
    stratum = columns.complete(frame, strata).to_numpy() if strata else None
    observed = ~np.isnan(y)
    used = observed & ~_is_alone(stratum, observed)
    arms = _arm_columns(labels, treated, comparison)

    row = replace(
        _described(y, arms, observed, used),
        estimand=estimand,
        outcome=outcome,
        wave=wave,
        treated=str(treated),
        comparison=str(comparison),
        se_type=se,
    )
    if min(row.n_treated, row.n_comparison) < max(minimum_observed, 2):
        return row.without("not_enough_people")
    x, x_names = columns.covariate_columns(frame[used], adjusting)
    fitted = fit(
        y[used],
        np.column_stack([arms[used], x]),
        weights=columns.numbers(frame, weights)[used] if weights else None,
        strata=None if stratum is None else stratum[used],
        se=se,
    )
    return _inferred(row, fitted, arms[used], x_names)


def _adjusting(
    outcome: str, arm: str, baseline: str | None, covariates: Sequence[str]
) -> tuple[str, ...]:
    if isinstance(covariates, str):
        raise NotEstimable("Covariates are a list of column names, not one text.")
    names = tuple(dict.fromkeys(name for name in (baseline, *covariates) if name is not None))
    for name in (outcome, arm):
        if name in names:
            raise NotEstimable(f"{name!r} cannot explain itself: take it out of the covariates.")
    return names


def _is_alone(stratum: NDArray[Any] | None, observed: Flags) -> Flags:
    """Whether a person is the only one observed in their stratum, where nothing is compared."""
    if stratum is None:
        return np.zeros(len(observed), dtype=bool)
    codes = np.unique(stratum, return_inverse=True)[1]
    alone: Flags = observed & (np.bincount(codes, observed)[codes] == 1)
    return alone


def _arm_columns(labels: "pd.Series[Any]", treated: object, comparison: object) -> Floats:
    """One 0/1 column for each arm but the comparison (n, arms - 1), `treated` last.

    With `treated` last it is kept only if no combination of the other arms and the strata
    reproduces it: exactly when its difference from the comparison can be estimated.
    """
    others = [a for a in pd.unique(labels) if a not in (treated, comparison)]
    order = [*sorted(others, key=str), treated]
    return np.column_stack([(labels == a).to_numpy(dtype=np.float64) for a in order])


def _described(y: Floats, arms: Floats, observed: Flags, used: Flags) -> Estimate:
    """A row with the counts and the comparison arm's mean and SD, and no names yet."""
    in_arm, in_comparison = arms[:, -1] == 1, ~arms.any(axis=1)
    reference = y[used & in_comparison]
    assigned = in_arm | in_comparison
    return Estimate(
        n=int(used.sum()),
        n_treated=int((used & in_arm).sum()),
        n_comparison=len(reference),
        share_missing=float((~observed[assigned]).mean()) if assigned.any() else None,
        people_alone_in_stratum=int(observed.sum() - used.sum()),
        comparison_mean=float(reference.mean()) if len(reference) else None,
        comparison_sd=float(np.sqrt(columns.variance(reference))) if len(reference) > 1 else None,
    )


def _inferred(row: Estimate, fitted: Fit, arms: Floats, x_names: tuple[str, ...]) -> Estimate:
    """Complete the row from the regression, or say why it cannot be done."""
    at, first = arms.shape[1] - 1, arms.shape[1]
    row = replace(
        row, dropped_covariates=tuple(x_names[j - first] for j in fitted.dropped if j >= first)
    )
    is_free = fitted.leverage < 1 - LEVERAGE_TOLERANCE
    if at not in fitted.kept:
        return row.without("arm_not_separable")
    if fitted.df < 1 or not (is_free[arms[:, -1] == 1].any() and is_free[~arms.any(axis=1)].any()):
        return row.without("no_degrees_of_freedom")
    if fitted.is_exact:
        return row.without("nothing_varies")
    j = fitted.kept.index(at)
    return row.with_inference(
        estimate=float(fitted.coef[j]), se=float(np.sqrt(fitted.cov[j, j])), df=fitted.df
    )
