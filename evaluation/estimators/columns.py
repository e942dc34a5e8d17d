"""Reading columns by name: what an analyst may hand over, turned into numbers or a clear no."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from evaluation.estimators.errors import NotEstimable, UnknownColumn, UnusableColumn
from evaluation.estimators.kernel import Floats

NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal", "boolean", "empty")
DATES = ("datetime64", "datetime", "date", "timedelta64", "timedelta", "time", "period")


def column(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """The column of this very name, from whatever the frame holds; a name is never calculated."""
    if name not in frame.columns:
        raise UnknownColumn(name, frame.columns)
    found = frame[name]
    if not isinstance(found, pd.Series):
        raise UnusableColumn(f"{name!r} names more than one column; each name may appear once.")
    return found


def numbers(frame: pd.DataFrame, name: str) -> Floats:
    """The column as float64 (n,), missing as NaN. Booleans are 0 and 1.

    Raises UnusableColumn for words, dates and infinite values.
    """
    values = column(frame, name)
    if not holds_numbers(values):
        kind = pd.api.types.infer_dtype(values, skipna=True)
        raise UnusableColumn(f"{name!r} holds values of kind {kind} where numbers are needed.")
    out = values.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(out).any():
        raise UnusableColumn(f"{name!r} holds an infinite value; mark it as missing instead.")
    return out


def holds_numbers(values: "pd.Series[Any]") -> bool:
    """Whether every value that is there is a number or a yes/no (or none is there)."""
    if pd.api.types.is_numeric_dtype(values):
        return True
    return pd.api.types.infer_dtype(values, skipna=True) in NUMBERS


def complete(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """A column of the design (arm, stratum): everybody must have a value in it."""
    values = column(frame, name)
    missing = int(values.isna().sum())
    if missing:
        raise UnusableColumn(
            f"{name!r} is empty for {missing} of {len(values)} people; it comes from the"
            " randomisation record and everybody analysed has one."
        )
    return values


def two_arms(
    frame: pd.DataFrame, arm: str, treated: object, comparison: object
) -> "pd.Series[Any]":
    """The arm column, once it is clear that two different arms are to be compared."""
    if treated == comparison:
        raise NotEstimable(f"An arm cannot be compared with itself: {treated!r}.")
    return complete(frame, arm)


def covariate_columns(frame: pd.DataFrame, names: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Covariates as a matrix (n, p) and the names of its columns.

    Words and categories become one 0/1 column a level but the first. A missing value is 0 and,
    where any is missing, marked in a further column: right for randomised arms, whose covariates
    cannot depend on the arm, and for them only (Zhao & Ding 2024, "To adjust or not to adjust?").
    """
    parts: list[Floats] = []
    labels: list[str] = []
    for name in names:
        matrix, levels = _as_numbers(frame, name)
        is_missing = column(frame, name).isna().to_numpy()
        parts.append(np.nan_to_num(matrix, nan=0.0))
        labels += levels
        if is_missing.any():
            parts.append(is_missing[:, None].astype(np.float64))
            labels.append(f"{name} is missing")
    if not parts:
        return np.empty((len(frame), 0)), ()
    return np.column_stack(parts), tuple(labels)


def _as_numbers(frame: pd.DataFrame, name: str) -> tuple[Floats, list[str]]:
    values = column(frame, name)
    if holds_numbers(values):
        return numbers(frame, name)[:, None], [name]
    if pd.api.types.infer_dtype(values, skipna=True) in DATES:
        raise UnusableColumn(f"{name!r} holds dates; turn it into a number of days first.")
    dummies = level_dummies(values).iloc[:, 1:]
    return dummies.to_numpy(), [f"{name} = {level}" for level in dummies.columns]


def level_dummies(values: "pd.Series[Any]") -> pd.DataFrame:
    """One 0/1 column a level present, in sorted or declared order; NaN where it is missing."""
    kind = values.astype("category").cat.remove_unused_categories()
    dummies = pd.get_dummies(kind, dtype=np.float64)
    dummies[kind.isna().to_numpy()] = np.nan
    return dummies


def variance(values: Floats) -> float:
    """Sample variance (ddof 1) of at least two values, exactly 0 when they are all the same."""
    return float(values.var(ddof=1)) if np.ptp(values) > 0 else 0.0
