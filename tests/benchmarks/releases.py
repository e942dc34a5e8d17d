"""Releases: measuring how alike people are in a file, against pandas alone."""

import numpy as np
import pandas as pd

from evaluation.disclosure import risk
from tests.benchmarks.harness import Contest, benchmark

ROWS = 100_000
QIS = ["age", "quarter", "area", "arm"]


@benchmark("releases", "k of 100,000 rows, 4 quasi-identifiers", unit="µs a row", bar=1.5)
def measuring_k() -> Contest:
    """The full risk measure costs at most half as much again as pandas' own grouping."""
    table = a_table()

    def floor() -> int:
        return int(table.groupby(QIS, observed=True).size().min())

    assert risk(table, QIS).k == floor()
    return Contest(ours=lambda: risk(table, QIS), floor=floor, per=ROWS)


def a_table() -> pd.DataFrame:
    draw = np.random.default_rng(20261125)
    return pd.DataFrame(
        {name: draw.integers(0, 6, ROWS).astype(str) for name in QIS},
    )
