"""What an anonymised table guarantees, against brute force and an independent count."""

from collections import Counter
from itertools import product
from math import lcm

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluation.disclosure import (
    NotAnonymisable,
    Spec,
    age_bands,
    anonymise,
    anonymising,
    canonical_csv,
    risk,
)

HIERARCHIES = {
    "age": [("18-24", "<35"), ("25-34", "<35"), ("35-49", "35+"), ("50+", "35+")],
    "town": [("Leeds", "north"), ("York", "north"), ("Bath", "south"), (None, "not known")],
    "gender": [("man",), ("woman",), ("another or not said",)],
}
QIS = tuple(HIERARCHIES)


@st.composite
def pilots(draw) -> pd.DataFrame:
    """A small made-up pilot, skewed so that some people stand out."""
    n, seed = draw(st.integers(8, 60)), draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    columns = {}
    for name, rows in HIERARCHIES.items():
        leaves = np.array([row[0] for row in rows], dtype=object)
        columns[name] = leaves[np.minimum(rng.geometric(0.45, n) - 1, len(leaves) - 1)]
    columns["arm"] = rng.choice(["cash", "usual"], n, p=[0.6, 0.4])
    columns["left"] = rng.choice(["no", "yes"], n, p=[0.7, 0.3])
    columns["score"] = rng.normal(size=n)
    return pd.DataFrame(columns)


specs = st.builds(
    lambda qis, k, k_arm, distinct, weight, least: Spec(
        qis=qis,
        hierarchies={name: HIERARCHIES[name] for name in qis},
        weights={qis[0]: weight},
        least_levels={qis[-1]: least},
        k=k,
        arm="arm",
        k_arm=k_arm,
        sensitive=("left",),
        l=distinct,
    ),
    qis=st.permutations(QIS).flatmap(lambda p: st.sampled_from([tuple(p), tuple(p)[:2]])),
    k=st.integers(2, 5),
    k_arm=st.integers(1, 3),
    distinct=st.integers(1, 2),
    weight=st.integers(1, 3),
    least=st.integers(0, 1),
)


def shortfalls(table: pd.DataFrame, spec: Spec) -> list:
    """Classes, and parts inside an arm, that break a condition: counted without our engine."""
    rows = [tuple(str(v) for v in row) for row in table[list(spec.qis)].to_numpy(dtype=object)]
    people, parts = Counter(rows), Counter(zip(rows, table["arm"], strict=True))
    values = {row: set() for row in rows}
    for row, value in zip(rows, table["left"], strict=True):
        values[row].add(value)
    return [
        *(row for row, n in people.items() if n < spec.k or len(values[row]) < spec.l),
        *(part for part, n in parts.items() if n < spec.k_arm),
    ]


def brute_force(table: pd.DataFrame, spec: Spec) -> tuple[int, tuple[int, ...]]:
    """The least cost and its levels, by trying every node and counting every row."""
    ladders = {q: {row[0]: (*row, "*") for row in HIERARCHIES[q]} for q in spec.qis}
    common = lcm(*(len(ladder) - 1 for ladder in ladders.values()))
    tops = [len(next(iter(ladders[q].values()))) - 1 for q in spec.qis]
    weights = [spec.weights.get(q, 1) for q in spec.qis]
    menus = [
        range(spec.least_levels.get(q, 0), top + 1) for q, top in zip(spec.qis, tops, strict=True)
    ]
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return min(
        (_cost(rows, node, spec, ladders, tops, weights, common), node) for node in product(*menus)
    )


def _cost(rows, node, spec, ladders, tops, weights, common) -> int:
    def label(row, j):
        return ladders[spec.qis[j]][row[spec.qis[j]]][node[j]]

    def cell(row, j):
        ladder = ladders[spec.qis[j]]
        if node[j] == tops[j]:
            return weights[j] * common
        covered = sum(other[node[j]] == label(row, j) for other in ladder.values())
        return weights[j] * (covered - 1) * common // (len(ladder) - 1)

    columns = range(len(node))
    classes = [tuple(label(row, j) for j in columns) for row in rows]
    parts = Counter((c, row["arm"]) for c, row in zip(classes, rows, strict=True))
    good = [parts[c, row["arm"]] >= spec.k_arm for c, row in zip(classes, rows, strict=True)]
    size = Counter(c for c, is_good in zip(classes, good, strict=True) if is_good)
    distinct = {c: set() for c in classes}
    for c, row, is_good in zip(classes, rows, good, strict=True):
        if is_good:
            distinct[c].add(row["left"])
    return sum(
        sum(cell(row, j) for j in columns)
        if is_good and size[c] >= spec.k and len(distinct[c]) >= spec.l
        else common * sum(weights)
        for c, row, is_good in zip(classes, rows, good, strict=True)
    )


def anonymised(table: pd.DataFrame, spec: Spec):
    try:
        return anonymise(table, spec)
    except NotAnonymisable:
        starred = table.assign(**dict.fromkeys(spec.qis, "*"))
        assert shortfalls(starred, spec), "refused although stars alone would do"
        assume(False)


@given(table=pilots(), spec=specs)
@settings(max_examples=80, deadline=None)
def test_global_recoding_is_the_optimum_that_brute_force_finds_ties_included(table, spec):
    cost, levels = brute_force(table, spec)

    result = anonymised(table, spec)

    assert result.report.global_cost == cost
    assert tuple(result.report.levels.values()) == levels


@given(table=pilots(), spec=specs)
@settings(max_examples=120, deadline=None)
def test_every_class_of_the_table_that_leaves_meets_every_condition(table, spec):
    result = anonymised(table, spec)

    assert shortfalls(result.table, spec) == []
    assert result.report.final_cost <= result.report.denominator
    assert result.report.least_class == risk(result.table, spec.qis).k
    assert result.report.least_part == risk(result.table, [*spec.qis, "arm"]).k


@given(table=pilots(), spec=specs)
@settings(max_examples=40, deadline=None)
def test_nobody_is_dropped_and_arm_and_outcomes_are_untouched(table, spec):
    original = table.copy(deep=True)

    result = anonymised(table, spec)

    others = [name for name in table.columns if name not in spec.qis]
    pd.testing.assert_frame_equal(result.table[others], original[others], check_exact=True)
    pd.testing.assert_frame_equal(table, original)


@given(table=pilots(), spec=specs, seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_shuffled_rows_give_the_same_bytes(table, spec, seed):
    shuffled = table.sample(frac=1, random_state=seed)

    first = anonymised(table, spec)
    second = anonymise(shuffled, spec)

    assert canonical_csv(second.table.sort_index()) == canonical_csv(first.table)
    assert second.report == first.report


@given(table=pilots(), spec=specs)
@settings(max_examples=30, deadline=None)
def test_sums_too_big_for_the_machine_are_exact_too(table, spec):
    usual = anonymised(table, spec)
    limit, anonymising.INT64_SAFE = anonymising.INT64_SAFE, 0

    try:
        exact = anonymise(table, spec)
    finally:
        anonymising.INT64_SAFE = limit

    assert exact.report == usual.report
    pd.testing.assert_frame_equal(exact.table, usual.table)


def towns(**people: int) -> tuple[pd.DataFrame, dict]:
    names = [name for name, n in people.items() for _ in range(n)]
    return pd.DataFrame({"town": names}), {"town": [(name,) for name in people]}


def test_stars_hide_among_stars_so_the_smallest_class_joins_a_person_alone():
    table, hierarchies = towns(Hull=6, York=5, Leeds=5, Bath=1)

    result = anonymise(table, Spec(qis=["town"], hierarchies=hierarchies, k=5))

    assert result.table.town.value_counts().to_dict() == {"Hull": 6, "*": 6, "York": 5}
    assert result.report.all_star_rows == 6
    assert result.report.residual_rows == 1


def test_whole_rows_of_stars_are_refused_when_they_would_be_too_few():
    table, hierarchies = towns(Hull=6, York=5, Bath=1)
    spec = Spec(qis=["town"], hierarchies=hierarchies, k=5, suppression="record")

    with pytest.raises(NotAnonymisable, match="all stars are 1: fewer than k = 5"):
        anonymise(table, spec)


def test_only_the_cells_that_stand_out_become_stars():
    table = pd.DataFrame(
        {"town": ["Hull"] * 8 + ["York"] * 8, "age": (["old"] * 6 + ["young"] * 2) * 2}
    )
    hierarchies = {"town": [("Hull",), ("York",)], "age": [("old",), ("young",)]}

    result = anonymise(table, Spec(qis=["town", "age"], hierarchies=hierarchies, k=4))

    assert risk(result.table, ["town", "age"]).k == 4
    assert result.table.town.tolist() == ["Hull"] * 6 + ["*"] * 2 + ["York"] * 6 + ["*"] * 2
    assert result.table.age.tolist() == table.age.tolist()
    assert result.report.starred_share_by_column == {"town": 0.25, "age": 0}


def test_rounds_that_leave_somebody_alone_are_given_up_when_that_is_cheaper():
    people = [("Hull", "old")] * 5 + [("York", "old"), ("Bath", "old")] * 10
    people += [(town, "young") for town in "ABCDEF"] + [("A", "middle")]
    table = pd.DataFrame(people, columns=["town", "age"])
    hierarchies = {name: [(label,) for label in sorted(set(table[name]))] for name in table}

    result = anonymise(table, Spec(qis=["town", "age"], hierarchies=hierarchies, k=5))

    assert result.report.all_star_rows == 7
    assert (result.table.town == "Hull").sum() == 5


def test_of_equally_cheap_recodings_the_first_columns_stay_finest():
    table = pd.DataFrame(product("xy", repeat=3), columns=["a", "b", "c"])
    hierarchies = {name: [("x",), ("y",)] for name in "abc"}

    result = anonymise(table, Spec(qis=["a", "b", "c"], hierarchies=hierarchies, k=4))

    assert result.report.levels == {"a": 0, "b": 1, "c": 1}


def test_a_missing_value_is_a_value_of_its_own_and_stays_missing_at_its_leaf():
    table = pd.DataFrame({"town": ["Hull"] * 5 + [None] * 5})
    hierarchies = {"town": [("Hull",), (None,)]}

    result = anonymise(table, Spec(qis=["town"], hierarchies=hierarchies, k=5))

    assert result.table.town.isna().sum() == 5
    assert risk(result.table, ["town"]).k == 5


def test_the_ages_of_the_default_catalogue_are_usable_as_they_are():
    ages = [row[0] for row in age_bands() for _ in range(3)]

    result = anonymise(
        pd.DataFrame({"age": ages}), Spec(qis=["age"], hierarchies={"age": age_bands()})
    )

    assert risk(result.table, ["age"]).k >= 5
