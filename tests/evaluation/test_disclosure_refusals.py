"""A table that cannot be anonymised as asked is refused in words, and risk is counted plainly."""

import pandas as pd
import pytest

from evaluation.disclosure import (
    InvalidSpec,
    NotAnonymisable,
    NotSupportedYet,
    Spec,
    anonymise,
    risk,
)


def towns(**people: int) -> tuple[pd.DataFrame, dict]:
    names = [name for name, n in people.items() for _ in range(n)]
    return pd.DataFrame({"town": names}), {"town": [(name,) for name in people]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"k": 11}, "are 10: fewer than k = 11"),
        ({"arm": "arm", "k_arm": 3}, "one arm are fewer than k_arm = 3"),
        ({"sensitive": ("left",), "l": 3}, "fewer than l = 3 values"),
    ],
)
def test_a_table_that_stars_cannot_help_is_refused_by_the_condition(change, words):
    table, hierarchies = towns(Hull=5, York=5)
    table = table.assign(arm=["cash"] * 8 + ["usual"] * 2, left=["no", "yes"] * 5)

    with pytest.raises(NotAnonymisable, match=words):
        anonymise(table, Spec(qis=["town"], hierarchies=hierarchies, **change))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "same levels"),
        ([("Hull", "north"), ("York",)], "same levels"),
        ([("Hull",), ("Hull",)], "declared twice"),
        ([(1,), ("1",)], "declared twice"),
        ([("Hull", "a", "x"), ("York", "a", "y")], "do not nest"),
        ([("Hull", None), ("York", None)], "only a leaf"),
        ([("Hull", "*"), ("York", "north")], "taken for the star"),
        ([("Hull",), (" * ",)], "taken for the star"),
        ([("Hull",), ("N/A",)], "taken for a missing value"),
        ([("Hull",), ("hull ",)], "taken for another"),
        ([("Hull", "York"), ("York", "York")], "taken for another"),
        ([("Hull",), ("Leeds",)], "does not declare, in 5 rows, first in row 6"),
    ],
)
def test_a_hierarchy_that_misleads_is_refused(rows, words):
    table, _ = towns(Hull=5, York=5)

    with pytest.raises(InvalidSpec, match=words):
        anonymise(table, Spec(qis=["town"], hierarchies={"town": rows}))


def test_a_missing_value_that_is_not_declared_is_refused():
    table = pd.DataFrame({"town": ["Hull"] * 5 + [None]})

    with pytest.raises(InvalidSpec, match="missing value that its hierarchy does not declare"):
        anonymise(table, Spec(qis=["town"], hierarchies={"town": [("Hull",)]}))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"t": 0.5}, NotSupportedYet, "t is not supported yet"),
        ({"protected": "hidden"}, NotSupportedYet, "protected is not supported yet"),
        ({"forced": ["town"]}, NotSupportedYet, "forced is not supported yet"),
        ({"linked": [["town", "arm"]]}, NotSupportedYet, "linked is not supported yet"),
        ({"limit": 0.1}, NotSupportedYet, "limit is not supported yet"),
        ({"qis": []}, InvalidSpec, "at least one"),
        ({"qis": ["town"] * 11}, InvalidSpec, "too many"),
        ({"qis": ["town", "town"]}, InvalidSpec, "more than one role"),
        ({"qis": ["county"]}, InvalidSpec, "no column"),
        ({"arm": "town"}, InvalidSpec, "more than one role"),
        ({"arm": "gap"}, InvalidSpec, "Somebody has no arm"),
        ({"hierarchies": {}}, InvalidSpec, "have no hierarchy"),
        ({"weights": {"arm": 2}}, InvalidSpec, "not among qis"),
        ({"weights": {"town": 0}}, InvalidSpec, "from 1 to 10"),
        ({"weights": {"town": 1.5}}, InvalidSpec, "from 1 to 10"),
        ({"k": 1}, InvalidSpec, "k must be"),
        ({"k_arm": 0}, InvalidSpec, "k_arm must be"),
        ({"suppression": "rows"}, InvalidSpec, "cell, record"),
        ({"least_levels": {"town": 2}}, InvalidSpec, "from 0 to 1"),
    ],
)
def test_a_specification_that_cannot_be_kept_is_refused(change, error, words):
    table, hierarchies = towns(Hull=5, York=5)
    table = table.assign(arm="cash", gap=None)
    asked = {"qis": ["town"], "hierarchies": hierarchies}

    with pytest.raises(error, match=words):
        anonymise(table, Spec(**(asked | change)))


def test_a_table_without_rows_is_refused():
    table, hierarchies = towns(Hull=5)

    with pytest.raises(InvalidSpec, match="no rows"):
        anonymise(table.head(0), Spec(qis=["town"], hierarchies=hierarchies))


def test_risk_counts_the_classes_and_what_they_give_away():
    table = pd.DataFrame(
        {
            "town": ["Hull"] * 4 + ["York"] * 2 + ["*"],
            "left": ["no", "no", "no", "yes", "no", "no", "yes"],
        }
    )

    found = risk(table, ["town"], ["left"])

    assert (found.k, found.classes, found.unique_rows) == (1, 3, 1)
    assert found.average_risk == pytest.approx(3 / 7)
    assert (found.l, found.alpha) == (1, 1)
    assert found.entropy_l == pytest.approx(1)


def test_risk_of_an_even_class_is_its_number_of_values():
    table = pd.DataFrame({"town": ["Hull"] * 4, "left": ["no", "yes"] * 2})

    found = risk(table, ["town"], ["left"])

    assert (found.l, found.alpha) == (2, 0.5)
    assert found.entropy_l == pytest.approx(2)


def test_risk_counts_a_gap_as_a_value_of_its_own():
    table = pd.DataFrame({"town": ["Hull"] * 5 + [None], "left": ["no", None] * 3})

    found = risk(table, ["town"], ["left"])

    assert (found.k, found.classes) == (1, 2)
    assert risk(table.head(5), ["town"], ["left"]).l == 2


def test_risk_refuses_an_unknown_column_and_no_column():
    table, _ = towns(Hull=5)

    with pytest.raises(InvalidSpec, match="no column"):
        risk(table, ["county"])
    with pytest.raises(InvalidSpec, match="at least one"):
        risk(table, [])
