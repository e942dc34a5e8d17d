"""Least squares with absorbed strata and heteroskedasticity-robust covariance.

Sources: MacKinnon & White 1985 (J. Econometrics 29:305) for HC1 to HC3; Samii & Aronow 2012
(Stat. Prob. Letters 82:365): in a trial HC2 is Neyman's variance of a difference in means.
Absorbing strata by demeaning is the Frisch-Waugh-Lovell theorem.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg

from evaluation.estimators.errors import NotEstimable, UnknownOption

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]

SE_TYPES = ("classical", "HC0", "HC1", "HC2", "HC3")
RANK_TOLERANCE = 1e-10
LEVERAGE_TOLERANCE = 1e-10
EXACT_FIT_TOLERANCE = 1e-12


@dataclass(frozen=True)
class Fit:
    """One fitted regression of `n` observations with `k` parameters (columns kept and strata).

    `kept` are the positions of the design's columns that stand in `coef` (p,) and `cov` (p, p);
    `dropped` those that are combinations of columns before them. `residuals` and `leverage` are
    (n,), `df` = n - k. `cov` is all NaN when `df` < 1. `is_exact` says that nothing is left over,
    so no standard error can be learned from these data.
    """

    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    coef: Floats
    cov: Floats
    residuals: Floats
    leverage: Floats
    n: int
    k: int
    is_exact: bool

    @property
    def df(self) -> int:
        return self.n - self.k


def fit(
    outcome: ArrayLike,
    design: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    se: str = "HC2",
) -> Fit:
    """Regress `outcome` (n,) on the columns of `design` (n, p) with an effect for each stratum.

    `weights` (n,) are positive, default 1. `strata` (n,) holds labels of any kind; without it
    there is one intercept. Of linearly dependent columns the later ones are dropped, so put what
    matters first. All arithmetic is in float64.

    Raises NotEstimable when lengths differ, a number is missing or infinite, or a weight is not
    positive, and UnknownOption for an unknown `se`.
    """
    if se not in SE_TYPES:
        raise UnknownOption("se", se, SE_TYPES)
    y, x, w = _checked(outcome, design, weights)
    codes = _stratum_codes(strata, len(y))
    root, share = np.sqrt(w), w / np.bincount(codes, w)[codes]
    y_within = (y - _stratum_means(y[:, None], codes, share)[:, 0]) * root
    x_within = (x - _stratum_means(x, codes, share)) * root[:, None]

    kept = independent_columns(x_within, np.linalg.norm(x * root[:, None], axis=0))
    q, r = np.linalg.qr(x_within[:, kept])
    r_inverse = linalg.solve_triangular(r, np.eye(len(kept)))
    coef = r_inverse @ (q.T @ y_within)
    e = y_within - x_within[:, kept] @ coef
    leverage = (q**2).sum(axis=1) + share
    n, k = len(y), len(kept) + int(codes.max()) + 1
    return Fit(
        kept=tuple(kept),
        dropped=tuple(j for j in range(x.shape[1]) if j not in kept),
        coef=coef,
        cov=r_inverse @ _middle(q, e, leverage, n - k, se) @ r_inverse.T,
        residuals=e / root,
        leverage=leverage,
        n=n,
        k=k,
        is_exact=bool(np.linalg.norm(e) <= EXACT_FIT_TOLERANCE * np.linalg.norm(y * root)),
    )


def independent_columns(columns: Floats, scale: Floats) -> list[int]:
    """Return the positions of the columns that are no combination of earlier ones.

    `columns` is (n, p); `scale` (p,) is the length each column had before strata were taken out:
    what remains of a column counts as nothing below `RANK_TOLERANCE` of it. Pivoted QR finds
    whether anything must go; only then is it asked, from the first column on, what.
    """
    lengths = np.linalg.norm(columns, axis=0)
    candidates = [j for j in range(len(scale)) if lengths[j] > RANK_TOLERANCE * scale[j]]
    if not candidates:
        return []
    unit = columns[:, candidates] / lengths[candidates]
    small = np.linalg.qr(unit, mode="r")  # of the same rank, and quick to pivot
    diagonal = np.abs(np.diag(linalg.qr(small, mode="r", pivoting=True)[0]))
    if len(diagonal) == len(candidates) and diagonal[-1] > RANK_TOLERANCE:
        return candidates
    return [candidates[j] for j in _first_independent(unit)]


def _first_independent(unit: Floats) -> list[int]:
    kept: list[int] = []
    basis = np.empty((len(unit), 0))
    for j in range(unit.shape[1]):
        rest = unit[:, j]
        for _ in range(2):  # once is not enough when the columns are nearly parallel
            rest = rest - basis @ (basis.T @ rest)
        length = np.linalg.norm(rest)
        if length > RANK_TOLERANCE:
            kept.append(j)
            basis = np.column_stack([basis, rest / length])
    return kept


def _checked(
    outcome: ArrayLike, design: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    y = np.asarray(outcome, dtype=np.float64)
    x = np.asarray(design, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not len(y) or x.ndim != 2 or not len(x) == len(y) == len(w):
        raise NotEstimable("Outcome, covariates and weights must have the same people, at least 1.")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise NotEstimable("An outcome or covariate is missing or infinite; leave the row out.")
    if not (np.isfinite(w).all() and (w > 0).all()):
        raise NotEstimable("Every weight must be a positive number.")
    return y, x, w


def _stratum_codes(strata: ArrayLike | None, n: int) -> Positions:
    if strata is None:
        return np.zeros(n, dtype=np.intp)
    labels = np.asarray(strata)
    if labels.shape != (n,):
        raise NotEstimable("Every person needs a stratum, or nobody does.")
    return np.unique(labels, return_inverse=True)[1].astype(np.intp)


def _stratum_means(values: Floats, codes: Positions, share: Floats) -> Floats:
    """Weighted mean of each column (n, p) in the row's own stratum, in the shape of `values`."""
    means = np.empty_like(values)
    for j in range(values.shape[1]):
        means[:, j] = np.bincount(codes, share * values[:, j])[codes]
    return means


def _middle(q: Floats, e: Floats, leverage: Floats, df: int, se: str) -> Floats:
    """The matrix between the two halves of the bread, in the basis of `q` (p, p).

    A person whom the model fits by construction (leverage 1) has no residual to learn from and
    adds nothing, as in the generalised inverse of CR2.
    """
    p = q.shape[1]
    if df < 1:
        return np.full((p, p), np.nan)
    if se == "classical":
        return np.eye(p) * float(e @ e) / df
    free = np.maximum(1 - leverage, 0)
    is_free = free > LEVERAGE_TOLERANCE
    power = {"HC0": 0.0, "HC1": 0.0, "HC2": 0.5, "HC3": 1.0}[se]
    scores = e / np.where(is_free, free, 1) ** power
    factor = len(e) / df if se == "HC1" else 1.0
    weighted = q * scores[:, None]
    return factor * (weighted.T @ weighted)
