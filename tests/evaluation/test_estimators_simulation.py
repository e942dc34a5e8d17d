"""Intervals cover the truth as often as they claim, and a bad method is seen to fail."""

import numpy as np
import pandas as pd
from scipy.special import expit

from evaluation.estimators import difference_in_means, itt_ancova

EFFECT = 0.5
REPLICATES = 400
ASKED = {"arm": "t", "treated": 1, "comparison": 0}


def stratified_trial(rng: np.random.Generator, n: int = 400) -> pd.DataFrame:
    """Design R: eight strata, a baseline, an effect that varies, and a response that depends.

    `y` is complete; `seen` has gaps that depend on arm and baseline (missing at random).
    """
    stratum = rng.integers(0, 8, n)
    u, e0, e1, x1, x2, x3 = rng.normal(size=(6, n))
    place = pd.Series(rng.random(n)).groupby(stratum).rank().to_numpy()
    size = np.bincount(stratum, minlength=8)
    half = (size + rng.integers(0, 2, 8) * (size % 2)) // 2
    t = (place <= half[stratum]).astype(int)
    y0 = 5 + 1.2 * u + 0.3 * x1 + 0.15 * (stratum - 3.5) + 0.8 * e0
    spread = np.where(x2 > 0, 1.3, 1.0)
    gain = t * (EFFECT + 0.3 * x3)
    y = 2 + 0.6 * y0 + 0.2 * x1 + 0.1 * (stratum - 3.5) + gain + spread * e1
    answers = rng.random(n) < expit(0.9 + 0.5 * (y0 - 5) * (1 - t) + 0.35 * t + 0.25 * x1)
    return pd.DataFrame(
        {"t": t, "stratum": stratum, "y0": y0, "x1": x1, "y": y, "seen": np.where(answers, y, None)}
    ).astype({"seen": "float64"})


def replicates(estimator, seed: int) -> tuple[float, float, float]:
    """Share of intervals that cover the effect, mean error, and spread of the estimates."""
    rng = np.random.default_rng(seed)
    results = [estimator(stratified_trial(rng)) for _ in range(REPLICATES)]
    covered = np.mean([r.ci_low <= EFFECT <= r.ci_high for r in results])
    errors = np.array([r.estimate - EFFECT for r in results])
    return float(covered), float(errors.mean()), float(errors.std(ddof=1))


def test_ancova_with_strata_covers_the_truth_as_often_as_it_claims():
    covered, bias, spread = replicates(
        lambda f: itt_ancova(f, **ASKED, outcome="y", baseline="y0", strata="stratum"), 20260101
    )

    assert 0.917 <= covered <= 0.983
    assert abs(bias) < 3 * spread / np.sqrt(REPLICATES)
    assert 0.105 < spread < 0.13


def test_ancova_on_what_drives_the_loss_covers_the_truth():
    covered, bias, spread = replicates(
        lambda f: itt_ancova(
            f, **ASKED, outcome="seen", baseline="y0", covariates=["x1"], strata="stratum"
        ),
        20260102,
    )

    assert 0.917 <= covered <= 0.983
    assert abs(bias) < 3 * spread / np.sqrt(REPLICATES)


def test_a_plain_difference_among_those_who_answered_is_seen_to_mislead():
    covered, bias, _ = replicates(
        lambda f: difference_in_means(f, **ASKED, outcome="seen"), 20260103
    )

    assert covered < 0.88
    assert bias < -0.15
