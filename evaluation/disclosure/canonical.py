"""A table as bytes that depend on nothing but the table."""

import csv
import io
from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from evaluation.disclosure.refusals import InvalidSpec

FORMULA_STARTS = "=+-@"


def canonical_csv(table: pd.DataFrame) -> bytes:
    r"""`table` as CSV: UTF-8, a header, "\n" after every line, the same bytes everywhere.

    Whole numbers are written as such, others as the shortest text that reads back to the same
    double, yes and no as true and false, a missing value as nothing. A label or column name that
    a spreadsheet could take for a formula (it starts with = + - @ or a control character; OWASP
    ASVS 1.2.10) gets a leading apostrophe; a number never does. The index is not written.

    Raises InvalidSpec for a date or time (a release has periods instead), an infinite number,
    and two columns of one name.
    """
    if not table.columns.is_unique:
        raise InvalidSpec("Two columns of the table have the same name.")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_label(str(name)) for name in table.columns])
    columns = [[_written(value, name) for value in table[name].array] for name in table.columns]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8")


def safe_label(label: str) -> str:
    """The label with an apostrophe before it if a spreadsheet would calculate it."""
    is_risky = label[:1] in tuple(FORMULA_STARTS) or label[:1] < " " or label[:1] == "\x7f"
    return f"'{label}" if label and is_risky else label


def _written(value: Any, column: str) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Real):
        return _number(float(value), column)
    if isinstance(value, date | time | timedelta | np.datetime64 | np.timedelta64 | pd.Period):
        raise InvalidSpec(f"{column!r} holds a date or time; a release has periods and waves.")
    return safe_label(str(value))


def _number(value: float, column: str) -> str:
    if np.isnan(value):
        return ""
    if np.isinf(value):
        raise InvalidSpec(f"{column!r} holds an infinite number.")
    return repr(value)
