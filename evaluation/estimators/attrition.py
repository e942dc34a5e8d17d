"""Retention: who was still answering, by arm and wave."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.estimators import columns
from evaluation.estimators.effects import MINIMUM_OBSERVED, difference_in_means
from evaluation.estimators.kernel import Floats
from evaluation.estimators.results import Estimate

COUNTS = ("n_treated", "n_comparison")
FIGURES = (
    "retained_treated",
    "retained_comparison",
    "difference",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "p",
)


def retention(
    frame: pd.DataFrame,
    *,
    arm: str,
    treated: object,
    comparison: object,
    outcomes: Mapping[str, str],
    se: str = "HC2",
    minimum_assigned: int = MINIMUM_OBSERVED,
) -> pd.DataFrame:
    """Share of the people assigned to each arm who answered at each wave, and the difference.

    `frame` has one row a person as assigned; `outcomes` maps a wave to the column that holds its
    outcome, and a person answered when it is not missing. One row a wave: people assigned and
    shares retained in each arm, their difference (treated minus comparison) with its HC2
    standard error, t interval and p. Where there is no such difference to estimate it is NA and
    `reason` says why: a code of `results.REASONS`. Errors as for `itt_ancova`.
    """
    labels = columns.two_arms(frame, arm, treated, comparison).to_numpy()
    rows = []
    for wave, outcome in outcomes.items():
        answered = columns.column(frame, outcome).notna().to_numpy(dtype="float64")
        difference = difference_in_means(
            pd.DataFrame({"arm": labels, "answered": answered}),
            outcome="answered",
            arm="arm",
            treated=treated,
            comparison=comparison,
            se=se,
            wave=wave,
            minimum_observed=minimum_assigned,
        )
        shares = [_share(answered[labels == a]) for a in (treated, comparison)]
        rows.append(_row(difference, *shares))
    table = pd.DataFrame(rows, columns=["wave", *COUNTS, *FIGURES, "se_type", "reason"])
    kinds = dict.fromkeys(COUNTS, "Int64") | dict.fromkeys(FIGURES, "Float64")
    return table.astype(kinds | {"reason": "string"})


def _share(answered: Floats) -> float | None:
    return float(answered.mean()) if len(answered) else None


def _row(result: Estimate, treated: float | None, comparison: float | None) -> dict[str, Any]:
    figures = {name: getattr(result, name) for name in FIGURES[3:]}
    return {
        "wave": result.wave,
        "n_treated": result.n_treated,
        "n_comparison": result.n_comparison,
        "retained_treated": treated,
        "retained_comparison": comparison,
        "difference": result.estimate,
        **figures,
        "se_type": result.se_type,
        "reason": result.reason,
    }
