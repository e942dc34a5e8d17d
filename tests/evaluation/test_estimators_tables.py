"""Balance and retention tables say what they should, and no more."""

import numpy as np
import pandas as pd
import pytest

from evaluation.estimators import UnknownColumn, UnknownOption, balance, retention

ARMS = {"arm": "arm", "treated": "cash", "comparison": "usual"}


def enrolled() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    arm = np.repeat(["cash", "usual", "waiting"], 40)
    age = rng.normal(40, 10, 120) + 8 * (arm == "cash")
    town = np.resize(["Leeds", "York", "York", None], 120)
    scores = pd.DataFrame({"m6": age / 2, "m12": age / 3})
    scores.loc[[0, 1, 2, 45, 90], "m6"] = np.nan
    return pd.DataFrame({"arm": arm, "age": age, "town": town, "same": 0.7}).join(scores)


def test_balance_is_the_difference_of_means_over_the_pooled_standard_deviation():
    frame = enrolled()
    cash, usual = (frame.age[frame.arm == a] for a in ("cash", "usual"))

    row = balance(frame, **ARMS, covariates=["age"]).iloc[0]

    assert row.smd == pytest.approx(
        (cash.mean() - usual.mean()) / np.sqrt((cash.var() + usual.var()) / 2)
    )
    assert row.variance_ratio == pytest.approx(cash.var() / usual.var())
    assert row.flag == "concern"


def test_balance_can_be_told_in_the_treated_arms_own_spread():
    frame = enrolled()
    cash, usual = (frame.age[frame.arm == a] for a in ("cash", "usual"))

    row = balance(frame, **ARMS, covariates=["age"], standardise_by="treated").iloc[0]

    assert row.smd == pytest.approx((cash.mean() - usual.mean()) / cash.std())


def test_balance_shows_every_level_of_words_and_the_share_missing():
    frame = enrolled()

    table = balance(frame, **ARMS, covariates=["town"]).set_index("covariate")

    assert list(table.index) == ["town = Leeds", "town = York"]
    assert table.share_missing.tolist() == [0.25, 0.25]
    assert table.mean_treated.sum() == pytest.approx(1)


def test_balance_of_a_covariate_that_never_varies_is_null_with_a_reason():
    frame = enrolled().groupby("arm").head(27)

    row = balance(frame, **ARMS, covariates=["same"]).iloc[0]

    assert row.smd is pd.NA
    assert row.reason == "nothing_varies"


def test_balance_refuses_an_unknown_column_and_an_unknown_standard():
    frame = enrolled()

    with pytest.raises(UnknownColumn, match="income"):
        balance(frame, **ARMS, covariates=["income"])
    with pytest.raises(UnknownOption, match="pooled, treated"):
        balance(frame, **ARMS, covariates=["age"], standardise_by="control")


def test_retention_is_shown_by_arm_and_wave_with_its_difference():
    frame = enrolled()

    table = retention(frame, **ARMS, outcomes={"6 months": "m6", "12 months": "m12"})
    six = table.set_index("wave").loc["6 months"]

    p, q = 37 / 40, 39 / 40
    assert (six.retained_treated, six.retained_comparison) == pytest.approx((p, q))
    assert six.difference == pytest.approx(p - q)
    assert six.se == pytest.approx(np.sqrt((p * (1 - p) + q * (1 - q)) / 39))
    assert (six.n_treated, six.n_comparison) == (40, 40)


def test_retention_of_everybody_has_no_difference_to_estimate():
    frame = enrolled()

    row = retention(frame, **ARMS, outcomes={"12 months": "m12"}).iloc[0]

    assert (row.retained_treated, row.retained_comparison) == (1, 1)
    assert row.difference is pd.NA
    assert row.reason == "nothing_varies"


def test_retention_of_an_arm_too_small_to_compare_is_null_with_a_reason():
    frame = enrolled()
    small = frame.drop(index=frame.index[frame.arm == "usual"][5:])

    row = retention(small, **ARMS, outcomes={"6 months": "m6"}).iloc[0]

    assert row.difference is pd.NA
    assert row.reason == "not_enough_people"
