"""Scores: a pure function of the answers and the instrument version they were given to."""

import numpy as np
import pandas as pd

from evaluation.instruments.registry import Instrument, Registry
from evaluation.instruments.responses import checked

MISSING = ("instrument_rule", "complete_only")
BY = ["participant", "wave", "instrument", "version"]
RESULT = [*BY, "score", "level", "n_answered", "reason"]

SCORE_REASONS = {
    "not_answered": "None of the questions was answered.",
    "too_few_answered": "More questions were left out than the scale allows for.",
}


def score(
    responses: pd.DataFrame, registry: Registry, *, missing: str = "instrument_rule"
) -> pd.DataFrame:
    """One row a participant, wave, instrument and version, in order of first appearance.

    `responses` has the columns participant, wave, instrument, version, item, value and, if
    wanted, coding; a question not answered has no value or no row. Returned are BY and:
    `score` (Float64, in the units of the scale, unrounded), `level` (Int64: -1, 0, +1; NA where
    the instrument has no map), `n_answered` (int64) and `reason` (a code of SCORE_REASONS where
    there is no score). `missing` is "instrument_rule", by which a few unanswered items may be
    made up by the person's own mean, or "complete_only".

    Raises InvalidResponses naming row and item, and ValueError for an unknown `missing`.
    """
    if missing not in MISSING:
        raise ValueError(f"missing cannot be {missing!r}: choose one of {', '.join(MISSING)}.")
    table = checked(responses, registry)
    parts = [
        _scored(group, registry[str(name), str(version)], missing)
        for (name, version), group in table.groupby(["instrument", "version"], sort=False)
    ]
    if not parts:
        return _typed(pd.DataFrame(columns=RESULT))
    order = pd.MultiIndex.from_frame(table[BY].drop_duplicates())
    result = pd.concat(parts).set_index(BY).loc[order].reset_index()
    return _typed(result[RESULT])


def _scored(group: pd.DataFrame, instrument: Instrument, missing: str) -> pd.DataFrame:
    """The rows of one instrument version."""
    people = group[BY].drop_duplicates(ignore_index=True)
    answers = group.pivot(index=BY, columns="item", values="value")
    matrix = answers.reindex(index=pd.MultiIndex.from_frame(people), columns=instrument.keys)
    total, n_answered = _totals(matrix.to_numpy(dtype="float64"), instrument, missing)
    reason = pd.Series(np.where(n_answered == 0, "not_answered", "too_few_answered"))
    return people.assign(
        score=total,
        level=pd.array([_level(value, instrument) for value in total], dtype="Int64"),
        n_answered=n_answered,
        reason=reason.where(np.isnan(total)),
    )


def _totals(
    answers: np.ndarray, instrument: Instrument, missing: str
) -> tuple[np.ndarray, np.ndarray]:
    """Sums over the items (people, items) and how many were answered; NaN where not scorable."""
    is_reversed = np.array([key in instrument.reverse for key in instrument.keys])
    turned = np.where(is_reversed, instrument.low + instrument.high - answers, answers)
    n_items, n_answered = answers.shape[1], (~np.isnan(answers)).sum(axis=1)
    allowed = instrument.max_missing if missing == "instrument_rule" else 0
    can_score = n_items - n_answered <= allowed
    mean = np.nansum(turned, axis=1) / np.maximum(n_answered, 1)
    total = np.where(n_answered == n_items, np.nansum(turned, axis=1), mean * n_items)
    return np.where(can_score, total, np.nan), n_answered


def _level(score: float, instrument: Instrument) -> int | None:
    if np.isnan(score) or instrument.minus_one is None:
        return None
    if instrument.minus_one.holds(score):
        return -1
    return 1 if instrument.plus_one is not None and instrument.plus_one.holds(score) else 0


def _typed(result: pd.DataFrame) -> pd.DataFrame:
    kinds = {"score": "Float64", "level": "Int64", "n_answered": "int64", "reason": "string"}
    return result.astype(kinds)
