"""What a statistician may rely on in the estimators, whatever the data."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.estimators import (
    SE_TYPES,
    NotEstimable,
    difference_in_means,
    fit,
    itt_ancova,
)

ASKED = {"outcome": "y", "arm": "arm", "treated": "cash", "comparison": "usual"}
STATSMODELS = {"classical": "nonrobust"}


def trial(seed: int = 1, n: int = 80, strata: int = 4) -> pd.DataFrame:
    """A made-up trial of three arms, with every stratum holding every arm."""
    rng = np.random.default_rng(seed)
    order = np.arange(n)
    y0 = rng.normal(5, 1, n)
    arm = np.array(["cash", "usual", "waiting"])[order % 3]
    return pd.DataFrame(
        {
            "arm": arm,
            "stratum": (order // 3) % strata,
            "y0": y0,
            "x": rng.normal(0, 1, n),
            "y": 2 + 0.6 * y0 + (arm == "cash") * 0.5 + rng.normal(0, 1, n),
        }
    )


def with_dummies(frame: pd.DataFrame, covariates: list[str], strata: bool) -> pd.DataFrame:
    parts = [
        (frame.arm == "cash").astype(float).rename("cash"),
        (frame.arm == "waiting").astype(float).rename("waiting"),
        frame[covariates],
    ]
    if strata:
        parts.append(pd.get_dummies(frame.stratum, dtype=float, drop_first=True, prefix="s"))
    return sm.add_constant(pd.concat(parts, axis=1))


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(40, 120),
    strata=st.integers(1, 6),
    se=st.sampled_from(SE_TYPES),
    is_weighted=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_it_agrees_with_statsmodels_with_strata_as_dummies(seed, n, strata, se, is_weighted):
    frame = trial(seed, n, strata)
    frame["w"] = np.random.default_rng(seed).uniform(0.5, 3, n) if is_weighted else 1.0
    reference = sm.WLS(frame.y, with_dummies(frame, ["y0", "x"], True), frame.w).fit(
        cov_type=STATSMODELS.get(se, se), use_t=True
    )

    result = itt_ancova(
        frame, **ASKED, baseline="y0", covariates=["x"], strata="stratum", weights="w", se=se
    )

    assert result.estimate == pytest.approx(reference.params["cash"], rel=1e-8, abs=1e-10)
    assert result.se == pytest.approx(reference.bse["cash"], rel=1e-8)
    assert result.p == pytest.approx(reference.pvalues["cash"], rel=1e-7, abs=1e-12)
    low, high = reference.conf_int().loc["cash"]
    assert (result.ci_low, result.ci_high) == pytest.approx((low, high), rel=1e-7, abs=1e-9)
    assert result.df == reference.df_resid


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_people_changes_nothing(seed):
    frame = trial(seed)
    shuffled = frame.sample(frac=1, random_state=seed)

    first = itt_ancova(frame, **ASKED, baseline="y0", strata="stratum")
    second = itt_ancova(shuffled, **ASKED, baseline="y0", strata="stratum")

    assert second.estimate == pytest.approx(first.estimate, rel=1e-10)
    assert second.se == pytest.approx(first.se, rel=1e-10)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_swapping_the_arms_turns_the_sign_and_nothing_else(seed):
    frame = trial(seed)
    swapped = ASKED | {"treated": "usual", "comparison": "cash"}

    there = itt_ancova(frame, **ASKED, baseline="y0", strata="stratum")
    back = itt_ancova(frame, **swapped, baseline="y0", strata="stratum")

    assert back.estimate == pytest.approx(-there.estimate, rel=1e-10)
    assert back.se == pytest.approx(there.se, rel=1e-10)
    assert back.ci_low == pytest.approx(-there.ci_high, rel=1e-9)


@given(seed=st.integers(0, 10_000), constant=st.floats(-1e4, 1e4))
@settings(max_examples=20, deadline=None)
def test_adding_a_constant_to_every_outcome_changes_nothing(seed, constant):
    frame = trial(seed)

    first = itt_ancova(frame, **ASKED, baseline="y0")
    second = itt_ancova(frame.assign(y=frame.y + constant), **ASKED, baseline="y0")

    assert second.estimate == pytest.approx(first.estimate, rel=1e-7, abs=1e-9)
    assert second.se == pytest.approx(first.se, rel=1e-7)


def test_hc2_without_covariates_is_neymans_standard_error():
    frame = trial()
    cash, usual = frame.y[frame.arm == "cash"], frame.y[frame.arm == "usual"]

    result = difference_in_means(frame, **ASKED)

    assert result.estimate == pytest.approx(cash.mean() - usual.mean())
    assert result.se == pytest.approx(np.sqrt(cash.var() / len(cash) + usual.var() / len(usual)))
    assert result.standardised_effect == pytest.approx(result.estimate / usual.std())
    assert result.n == len(cash) + len(usual)


def test_a_third_arm_helps_with_the_adjustment_but_not_with_the_means():
    frame = trial()

    result = itt_ancova(frame, **ASKED, baseline="y0")

    assert result.n == len(frame)
    assert result.comparison_mean == pytest.approx(frame.y[frame.arm == "usual"].mean())


def test_single_precision_columns_are_computed_in_double_precision():
    frame = trial().astype({"y": "float32", "y0": "float32"})

    single = itt_ancova(frame, **ASKED, baseline="y0")
    double = itt_ancova(frame.astype({"y": "float64", "y0": "float64"}), **ASKED, baseline="y0")

    assert single == double


def test_a_missing_baseline_is_marked_and_nobody_is_left_out():
    frame = trial()
    frame.loc[:6, "y0"] = np.nan
    marked = frame.assign(gap=frame.y0.isna().astype(float), y0=frame.y0.fillna(0))

    result = itt_ancova(frame, **ASKED, baseline="y0")
    by_hand = itt_ancova(marked, **ASKED, baseline="y0", covariates=["gap"])

    assert result.n == len(frame)
    assert result.estimate == pytest.approx(by_hand.estimate, rel=1e-12)
    assert result.se == pytest.approx(by_hand.se, rel=1e-12)


def test_words_become_one_column_a_level_and_the_missing_are_marked():
    frame = trial()
    towns = np.resize(["Leeds", "York", None, "Hull", "Hull"], len(frame))
    reference = sm.OLS(
        frame.y,
        with_dummies(frame, [], False)
        .assign(leeds=towns == "Leeds", york=towns == "York", gap=[t is None for t in towns])
        .astype(float),
    ).fit(cov_type="HC2")

    result = itt_ancova(frame.assign(town=towns), **ASKED, covariates=["town"])

    assert result.estimate == pytest.approx(reference.params["cash"], rel=1e-9)
    assert result.se == pytest.approx(reference.bse["cash"], rel=1e-9)


def test_people_without_an_outcome_are_counted_as_missing():
    frame = trial()
    gone = frame.index[frame.arm == "usual"][:5]
    frame.loc[gone, "y"] = np.nan

    result = itt_ancova(frame, **ASKED)

    assert result.n == len(frame) - 5
    assert result.share_missing == pytest.approx(5 / frame.arm.isin(["cash", "usual"]).sum())


def test_people_alone_in_their_stratum_are_left_out_and_counted():
    frame = trial()
    frame["stratum"] = frame.stratum.astype(str)
    frame.loc[[0, 1], "stratum"] = ["alone", "alone too"]

    result = itt_ancova(frame, **ASKED, strata="stratum")
    without = itt_ancova(frame.drop(index=[0, 1]), **ASKED, strata="stratum")

    assert result.people_alone_in_stratum == 2
    assert (result.estimate, result.se, result.n) == (without.estimate, without.se, without.n)


def test_a_covariate_that_repeats_another_is_dropped_by_name():
    frame = trial().assign(again=lambda f: 3 * f.x - 1, same=7.0)

    result = itt_ancova(frame, **ASKED, covariates=["x", "again", "same"])
    plain = itt_ancova(frame, **ASKED, covariates=["x"])

    assert result.dropped_covariates == ("again", "same")
    assert (result.estimate, result.se) == pytest.approx((plain.estimate, plain.se), rel=1e-9)


@pytest.mark.parametrize("se", ["HC0", "HC2", "HC3"])
def test_a_person_whom_the_model_fits_by_construction_adds_nothing_to_the_variance(se):
    frame = trial()
    only_one = (frame.index == 0) * 1.0

    result = itt_ancova(frame.assign(one=only_one), **ASKED, covariates=["one"], se=se)
    without = itt_ancova(frame.drop(index=0), **ASKED, se=se)

    assert result.estimate == pytest.approx(without.estimate)
    assert result.se == pytest.approx(without.se)


def test_the_earlier_of_two_dependent_columns_is_kept():
    x = np.random.default_rng(5).normal(size=(30, 3))
    design = np.column_stack([x[:, 0], x[:, 1], x[:, 0] + x[:, 1], x[:, 2], np.ones(30)])

    result = fit(x.sum(axis=1) + 0.1 * x[:, 2] ** 2, design)

    assert (result.kept, result.dropped) == ((0, 1, 3), (2, 4))


def test_lengths_that_differ_are_refused():
    with pytest.raises(NotEstimable, match="same people"):
        fit([1.0, 2.0, 3.0], [[1.0], [2.0]])
