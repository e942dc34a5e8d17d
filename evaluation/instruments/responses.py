"""Checking answers before they are scored: every problem named by row and item, never by person."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from evaluation.instruments.registry import Instrument, Registry

COLUMNS = ("participant", "wave", "instrument", "version", "item", "value")
ANSWER = ["participant", "wave", "instrument", "version", "item"]
SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer. `row` counts from 1, as people count."""

    row: int
    item: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, item {self.item!r}: {self.message}"


class InvalidResponses(ValueError):
    """Some answers cannot be scored, so none is. `problems` has all of them, in row order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        more = len(problems) - SHOWN
        lines = [str(problem) for problem in problems[:SHOWN]]
        super().__init__("; ".join([*lines, *([f"and {more} more"] if more > 0 else [])]) + ".")


def checked(responses: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    """The answers with `value` as float64, NaN where not answered, and rows numbered from 0.

    Raises InvalidResponses for an unknown instrument, version, item or coding, an answer that is
    no whole number in the response range, an answer without participant or wave, and a question
    answered twice; ValueError when a column is missing.
    """
    if missing := [name for name in COLUMNS if name not in responses.columns]:
        raise ValueError(f"Answers need the columns {', '.join(COLUMNS)}; missing: {missing}.")
    table = responses.reset_index(drop=True)
    table = table.assign(
        value=_numbers(table["value"]),
        instrument=table["instrument"].astype(str),
        version=table["version"].astype(str),
    )
    if problems := sorted(_problems(table, registry), key=lambda problem: problem.row):
        raise InvalidResponses(problems)
    return table


def _numbers(values: "pd.Series[Any]") -> "pd.Series[float]":
    """Numbers as float64, missing as NaN, anything else (text, yes or no) as infinity."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.astype("Float64").astype("float64")
    return values.map(_number).astype("float64")


def _number(value: object) -> float:
    if isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_):
        return float(value)
    return np.nan if value is None or value is pd.NA else np.inf


def _problems(table: pd.DataFrame, registry: Registry) -> Iterator[Problem]:
    is_nobody = table[["participant", "wave"]].isna().any(axis=1)
    yield from _each(table, is_nobody, "the answer belongs to no participant or no wave")
    is_twice = table.duplicated(ANSWER)
    yield from _each(table, is_twice, "the question is answered twice in this wave")
    for (name, version), group in table.groupby(["instrument", "version"]):
        instrument = registry.get((str(name), str(version)))
        if instrument is None:
            everything = pd.Series(True, index=group.index)
            yield from _each(group, everything, f"there is no instrument {name!r} {version!r}")
        else:
            yield from _problems_of(group, instrument)


def _problems_of(group: pd.DataFrame, instrument: Instrument) -> Iterator[Problem]:
    is_unknown = ~group["item"].isin(instrument.keys)
    yield from _each(group, is_unknown, f"{instrument.id} has no such item")
    value = group["value"]
    is_whole = value.between(instrument.low, instrument.high) & (value == value.round())
    yield from _each(
        group,
        value.notna() & ~is_whole,
        f"the answer is no whole number from {instrument.low} to {instrument.high}",
    )
    if "coding" in group.columns:
        coding = group["coding"]
        yield from _each(
            group,
            coding.notna() & (coding != instrument.coding),
            f"the answer is coded otherwise than {instrument.coding}",
        )


def _each(table: pd.DataFrame, is_wrong: "pd.Series[bool]", message: str) -> Iterator[Problem]:
    for position, item in table.loc[is_wrong, "item"].items():
        yield Problem(int(str(position)) + 1, str(item), message)
