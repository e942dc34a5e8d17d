"""What cannot be estimated gets a clear no, or a null row with its reason: never a number."""

import numpy as np
import pandas as pd
import pytest

from evaluation.estimators import (
    REASONS,
    NotEstimable,
    UnknownColumn,
    UnknownOption,
    UnusableColumn,
    difference_in_means,
    itt_ancova,
)

ASKED = {"outcome": "y", "arm": "arm", "treated": "cash", "comparison": "usual"}


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


def test_a_column_whose_name_is_code_is_only_a_column(tmp_path):
    target = tmp_path / "written"
    name = f"open({str(target)!r}, 'w')"
    frame = trial().rename(columns={"x": name})

    result = itt_ancova(frame, **ASKED, covariates=[name])

    assert result.reason is None
    assert not target.exists()


@pytest.mark.parametrize("name", ["np.log(y0)", "y0**2", "y ~ x", "__import__('os').getcwd()"])
def test_a_formula_is_refused_as_an_unknown_column(name):
    frame = trial()

    with pytest.raises(UnknownColumn, match="There is no column named"):
        itt_ancova(frame, **ASKED, covariates=[name])


@pytest.mark.parametrize(
    ("change", "asked", "error", "words"),
    [
        ({}, {"outcome": "income"}, UnknownColumn, "income"),
        ({}, {"se": "HC9"}, UnknownOption, "HC0, HC1, HC2, HC3"),
        ({}, {"comparison": "cash"}, NotEstimable, "with itself"),
        ({}, {"covariates": ["y"]}, NotEstimable, "explain itself"),
        ({}, {"covariates": ["arm"]}, NotEstimable, "explain itself"),
        ({}, {"covariates": "x"}, NotEstimable, "a list of column names"),
        ({"y": "good"}, {}, UnusableColumn, "where numbers are needed"),
        ({"y": np.inf}, {}, UnusableColumn, "infinite"),
        ({"x": pd.Timestamp("2026-01-31")}, {"covariates": ["x"]}, UnusableColumn, "dates"),
        ({"arm": None}, {}, UnusableColumn, "is empty for 80 of 80"),
        ({"stratum": None}, {"strata": "stratum"}, UnusableColumn, "randomisation record"),
        ({"w": -1.0}, {"weights": "w"}, NotEstimable, "positive"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_words(change, asked, error, words):
    frame = trial().assign(**change)

    with pytest.raises(error, match=words):
        itt_ancova(frame, **(ASKED | asked))


def test_a_name_that_stands_for_two_columns_is_refused():
    frame = trial()
    doubled = pd.concat([frame, frame[["x"]]], axis=1)

    with pytest.raises(UnusableColumn, match="more than one column"):
        itt_ancova(doubled, **ASKED, covariates=["x"])


FIGURES = ("comparison_mean", "comparison_sd", "estimate", "se", "df", "ci_low", "ci_high", "p")


@pytest.mark.parametrize(
    ("change", "asked", "reason"),
    [
        ({"y": np.nan}, {}, "not_enough_people"),
        ({}, {"treated": "no such arm"}, "not_enough_people"),
        ({}, {"minimum_observed": 40}, "not_enough_people"),
        ({"y": 0.1}, {}, "nothing_varies"),
        ({"y": 0.1}, {"strata": "stratum"}, "nothing_varies"),
        ({"y": lambda f: (f.arm == "cash") * 1.0}, {}, "nothing_varies"),
        ({"stratum": lambda f: f.arm}, {"strata": "stratum"}, "arm_not_separable"),
    ],
)
def test_what_the_data_cannot_bear_gives_a_null_row_with_its_reason(change, asked, reason):
    frame = trial().assign(**change)

    row = itt_ancova(frame, **(ASKED | asked)).to_row()

    assert row["reason"] == reason
    assert reason in REASONS
    assert {row[name] for name in FIGURES} == {None}


def test_an_arm_that_meets_only_a_third_arm_cannot_be_compared_with_the_comparison():
    frame = trial(strata=2)
    frame["stratum"] = np.where(frame.arm == "usual", "north", "south")

    result = itt_ancova(frame, **ASKED, strata="stratum")

    assert result.reason == "arm_not_separable"


def test_as_many_covariates_as_people_leave_nothing_to_learn_from():
    frame = trial(n=24)
    noise = np.random.default_rng(3).normal(size=(24, 22))
    names = [f"x{j}" for j in range(22)]

    result = itt_ancova(
        frame.join(pd.DataFrame(noise, columns=names)),
        **ASKED,
        covariates=names,
        minimum_observed=2,
    )

    assert result.reason == "no_degrees_of_freedom"


def test_fewer_than_ten_observed_in_an_arm_is_never_a_contrast():
    frame = trial()
    few = frame.groupby("arm").head(9)

    refused = difference_in_means(few, **ASKED)
    allowed = difference_in_means(few, **ASKED, minimum_observed=9)

    assert refused.reason == "not_enough_people"
    assert allowed.reason is None


def test_a_table_without_people_is_a_null_row():
    frame = trial().head(0)

    result = itt_ancova(frame, **ASKED, strata="stratum", covariates=["x"])

    assert (result.reason, result.n, result.share_missing) == ("not_enough_people", 0, None)
