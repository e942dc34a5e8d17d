"""What is asked of an anonymised table, checked before any row is looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evaluation.disclosure.refusals import InvalidSpec, NotSupportedYet

Rows = Sequence[Sequence[Any]]

MOST_QIS = 10
SUPPRESSIONS = ("cell", "record")


@dataclass(frozen=True, kw_only=True)
class Spec:
    """`qis` in priority order, each with a hierarchy: rows of labels, the leaf first.

    `k` people share a class; inside an `arm`, never recoded, `k_arm` share a part. In each
    `sensitive` column a class has `l` distinct values. `weights` are whole numbers from 1 to 10,
    set before anyone sees an outcome; `least_levels` are the finest levels allowed. `suppression`
    is "cell", for every release, or "record", which stars whole rows, to compare with other tools.
    Still refused: `t`, `protected`, `forced`, `linked`, and a `limit` on the rows starred.
    """

    qis: Sequence[str]
    hierarchies: Mapping[str, Rows]
    weights: Mapping[str, int] = field(default_factory=dict)
    k: int = 5
    arm: str | None = None
    k_arm: int = 3
    sensitive: Sequence[str] = ()
    l: int = 2  # noqa: E741 - the field's own letter
    t: float | None = None
    protected: str | None = None
    forced: Sequence[str] = ()
    linked: Sequence[Sequence[str]] = ()
    least_levels: Mapping[str, int] = field(default_factory=dict)
    suppression: str = "cell"
    limit: float | None = None


def check(spec: Spec, table: pd.DataFrame) -> None:
    """Raise InvalidSpec or NotSupportedYet unless the specification fits the table."""
    _check_support(spec)
    _check_columns(spec, table)
    for name in (*spec.weights, *spec.least_levels, *spec.hierarchies):
        if name not in spec.qis:
            raise InvalidSpec(f"{name!r} has a hierarchy, weight or level but is not among qis.")
    for name, weight in spec.weights.items():
        if not _is_whole(weight) or not 1 <= weight <= 10:
            raise InvalidSpec(f"The weight of {name!r} must be a whole number from 1 to 10.")
    for letter, value, least in (("k", spec.k, 2), ("k_arm", spec.k_arm, 1), ("l", spec.l, 1)):
        if not _is_whole(value) or value < least:
            raise InvalidSpec(f"{letter} must be a whole number, at least {least}.")
    for name, least in spec.least_levels.items():
        most = len(spec.hierarchies[name][0]) if spec.hierarchies[name] else 0
        if not _is_whole(least) or not 0 <= least <= most:
            raise InvalidSpec(f"The least level of {name!r} must be from 0 to {most}.")
    if spec.suppression not in SUPPRESSIONS:
        raise InvalidSpec(f"suppression must be one of {', '.join(SUPPRESSIONS)}.")


def _check_support(spec: Spec) -> None:
    for name in ("t", "protected", "forced", "linked", "limit"):
        value = getattr(spec, name)
        if value is not None and value != ():
            raise NotSupportedYet(f"{name} is not supported yet, and leaving it out would mislead.")


def _check_columns(spec: Spec, table: pd.DataFrame) -> None:
    if not len(table):
        raise InvalidSpec("The table has no rows.")
    if not spec.qis:
        raise InvalidSpec("Name at least one quasi-identifier in qis.")
    if len(spec.qis) > MOST_QIS:
        raise InvalidSpec(f"{len(spec.qis)} quasi-identifiers are too many: keep {MOST_QIS}.")
    arm = () if spec.arm is None else (spec.arm,)
    names = (*spec.qis, *arm, *spec.sensitive)
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidSpec(f"{repeated} have more than one role; each column has one.")
    if unknown := [name for name in names if name not in table.columns]:
        raise InvalidSpec(f"The table has no column {unknown}.")
    if not table.columns.is_unique:
        raise InvalidSpec("Two columns of the table have the same name.")
    if without := [name for name in spec.qis if name not in spec.hierarchies]:
        raise InvalidSpec(f"{without} have no hierarchy.")
    if spec.arm is not None and table[spec.arm].isna().any():
        raise InvalidSpec(f"Somebody has no arm: {spec.arm!r} has empty cells.")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
