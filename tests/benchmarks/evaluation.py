"""Evaluation: the estimators against the well-known library, for the same numbers."""

import numpy as np
import pandas as pd

from evaluation.estimators import itt_ancova
from tests.benchmarks.harness import Contest, benchmark

PEOPLE, STRATA = 20_000, 40


@benchmark("evaluation", "ANCOVA, 20,000 people, 40 strata, HC2", unit="µs a person", bar=0.2)
def ancova() -> Contest:
    """One outcome with its standard error, at a fifth or less of statsmodels' time."""
    import statsmodels.api as sm

    frame = a_trial()
    dummies = pd.get_dummies(frame["stratum"], dtype=float).to_numpy()
    design = np.column_stack([(frame["arm"] == "cash").to_numpy(float), frame["before"], dummies])

    def ours() -> float:
        row = itt_ancova(
            frame,
            outcome="after",
            arm="arm",
            treated="cash",
            comparison="services",
            baseline="before",
            strata="stratum",
        )
        return row.se or 0.0

    def floor() -> float:
        return float(sm.OLS(frame["after"].to_numpy(), design).fit(cov_type="HC2").bse[0])

    assert abs(ours() / floor() - 1) < 1e-8
    return Contest(ours=ours, floor=floor, per=PEOPLE)


def a_trial() -> pd.DataFrame:
    draw = np.random.default_rng(20261125)
    before = draw.normal(5, 1, PEOPLE)
    is_paid = draw.integers(0, 2, PEOPLE)
    return pd.DataFrame(
        {
            "arm": np.where(is_paid, "cash", "services"),
            "stratum": draw.integers(0, STRATA, PEOPLE),
            "before": before,
            "after": 2 + 0.6 * before + 0.5 * is_paid + draw.normal(0, 1, PEOPLE),
        }
    )
