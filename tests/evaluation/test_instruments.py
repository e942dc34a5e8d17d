"""What may be relied on when answers become scores."""

import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.instruments import InvalidResponses, load_instrument, load_registry, score
from evaluation.instruments.registry import DATA

REGISTRY = load_registry()
ORACLES = Path(__file__).parents[1] / "oracles" / "instruments.json"
EXAMPLES = [
    (instrument["id"], example)
    for instrument in json.loads(ORACLES.read_text("utf-8"))["instruments"]
    for example in instrument["examples"]
]


def answers(instrument: str, values: list, participant: str = "par_1") -> pd.DataFrame:
    """One wave of one person, in the order of the form."""
    keys = REGISTRY[instrument, "1"].keys
    return pd.DataFrame(
        {
            "participant": participant,
            "wave": "baseline",
            "instrument": instrument,
            "version": "1",
            "item": keys[: len(values)],
            "value": pd.Series(values, dtype=object),
        }
    )


@pytest.mark.parametrize(("instrument", "example"), EXAMPLES)
def test_a_worked_example_gives_its_score_and_its_level(instrument, example):
    responses = answers(instrument, example["answers"])

    row = score(responses, REGISTRY).iloc[0]

    assert round(row.score, 4) == example["score"]
    assert row.level == example["level"]
    assert row.n_answered == len(example["answers"])


@pytest.mark.parametrize("instrument", sorted({key for key, _ in REGISTRY}))
def test_a_level_is_low_at_one_end_and_never_thriving_where_only_difficulties_are_asked(instrument):
    kind = REGISTRY[instrument, "1"]
    ends = [kind.high if k in kind.reverse else kind.low for k in kind.keys]
    tops = [kind.low + kind.high - value for value in ends]

    lowest, highest = (
        score(answers(instrument, values), REGISTRY).iloc[0] for values in (ends, tops)
    )

    levels = (0, -1) if kind.polarity == "deficit" else (-1, 1)
    assert (lowest.score, highest.score) == (kind.lowest_score, kind.highest_score)
    assert (lowest.level, highest.level) == levels


def test_the_order_of_the_form_does_not_matter_because_items_go_by_key():
    responses = answers("rses", [3, 0, 3, 3, 0, 0, 3, 0, 0, 3])

    turned = score(responses.iloc[::-1], REGISTRY)

    assert turned.score[0] == 30
    assert turned.level[0] == 1


def test_a_few_unanswered_questions_are_made_up_by_the_persons_own_mean():
    responses = answers("gad7", [1, 2, None, 1, 2, 2, 1])

    row = score(responses, REGISTRY).iloc[0]

    assert row.score == pytest.approx(9 / 6 * 7)
    assert row.level == -1
    assert row.n_answered == 6


def test_a_question_without_a_row_is_a_question_not_answered():
    responses = answers("gad7", [1, 1, 1, 1, 1])

    row = score(responses, REGISTRY).iloc[0]

    assert (row.score, row.n_answered) == (7, 5)


@pytest.mark.parametrize(
    ("instrument", "values", "missing", "reason"),
    [
        ("gad7", [1, 1, 1, 1, None, None, None], "instrument_rule", "too_few_answered"),
        ("gad7", [1, 1, 1, 1, 1, 1, None], "complete_only", "too_few_answered"),
        ("rses", [1, 1, 1, 1, 1, 1, 1, 1, 1, None], "instrument_rule", "too_few_answered"),
        ("ons_happiness", [None], "instrument_rule", "not_answered"),
    ],
)
def test_too_few_answers_give_no_score_and_a_reason(instrument, values, missing, reason):
    responses = answers(instrument, values)

    row = score(responses, REGISTRY, missing=missing).iloc[0]

    assert row.score is pd.NA
    assert row.level is pd.NA
    assert row.reason == reason


@pytest.mark.parametrize("value", [-1, 11, 2.5, "3", True, float("inf"), Decimal("1.5")])
def test_an_answer_off_the_scale_is_refused_by_row_and_item(value):
    good = answers("ons_happiness", [5], "par_secret")
    responses = pd.concat([good.assign(wave="w2"), answers("ons_happiness", [value])])

    with pytest.raises(InvalidResponses) as refusal:
        score(responses, REGISTRY)

    (problem,) = refusal.value.problems
    assert (problem.row, problem.item) == (2, "happy_yesterday")
    assert "whole number from 0 to 10" in str(refusal.value)
    assert "par_" not in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"instrument": "no_such"}, "there is no instrument 'no_such' '1'"),
        ({"version": "9"}, "there is no instrument 'ons_happiness' '9'"),
        ({"item": "tall"}, "ons_happiness has no such item"),
        ({"coding": "1-5"}, "coded otherwise than 0-10"),
        ({"participant": None}, "no participant or no wave"),
        ({"wave": None}, "no participant or no wave"),
    ],
)
def test_what_the_registry_does_not_know_is_refused(change, words):
    responses = answers("ons_happiness", [5]).assign(**change)

    with pytest.raises(InvalidResponses, match=words):
        score(responses, REGISTRY)


def test_a_question_answered_twice_is_refused_at_the_second_answer():
    responses = pd.concat([answers("ons_happiness", [5]), answers("ons_happiness", [5])])

    with pytest.raises(InvalidResponses, match=r"row 2, item 'happy_yesterday'.*answered twice"):
        score(responses, REGISTRY)


def test_every_wrong_answer_is_named_at_once():
    responses = answers("gad7", [4, 1, -1, 1, 1, 1, 9])

    with pytest.raises(InvalidResponses) as refusal:
        score(responses, REGISTRY)

    assert [problem.row for problem in refusal.value.problems] == [1, 3, 7]


def test_a_coding_that_is_the_instruments_own_is_accepted():
    responses = answers("gad7", [1] * 7).assign(coding="0-3", version=1)

    result = score(responses, REGISTRY)

    assert result.score[0] == 7


def test_missing_columns_and_unknown_rules_are_refused():
    responses = answers("ons_happiness", [5])

    with pytest.raises(ValueError, match="missing: \\['wave'\\]"):
        score(responses.drop(columns="wave"), REGISTRY)
    with pytest.raises(ValueError, match="instrument_rule, complete_only"):
        score(responses, REGISTRY, missing="guess")


def test_no_answers_give_no_scores_in_the_same_columns():
    responses = answers("ons_happiness", [5])

    empty, one = score(responses.head(0), REGISTRY), score(responses, REGISTRY)

    assert len(empty) == 0
    assert list(empty.columns) == list(one.columns)


@given(
    values=st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=7, max_size=7),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=40, deadline=None)
def test_scores_are_those_of_each_person_alone_and_keep_their_order(values):
    people = [answers("gad7", v, f"par_{j}") for j, v in enumerate(values)]

    together = score(pd.concat(people), REGISTRY)
    alone = pd.concat([score(person, REGISTRY) for person in people], ignore_index=True)

    pd.testing.assert_frame_equal(together, alone)


def test_several_instruments_and_waves_are_scored_side_by_side():
    first = pd.concat([answers("gad7", [1] * 7), answers("ons_happiness", [8])])
    responses = pd.concat([first, first.assign(wave="endline")])

    result = score(responses, REGISTRY)

    assert result[["wave", "instrument", "score", "level"]].values.tolist() == [
        ["baseline", "gad7", 7, 0],
        ["baseline", "ons_happiness", 8, 1],
        ["endline", "gad7", 7, 0],
        ["endline", "ons_happiness", 8, 1],
    ]


def a_file(**change) -> dict:
    return json.loads((DATA / "gad7-1.json").read_text("utf-8")) | change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reverse": ["tall"]}, "an item to reverse is no item"),
        ({"polarity": "good"}, "polarity is one of"),
        ({"score": "product"}, "score is one of"),
        ({"score": "value"}, "has one item"),
        ({"items": []}, "there is no item"),
        ({"items": [{"key": "a", "text": "A"}, {"key": "a", "text": "B"}]}, "the same key"),
        ({"items": [{"key": k, "text": {"c": None}.get(k, k)} for k in "abc"]}, "has no text"),
        ({"items": [{"key": "a"}]}, "an item does not say: text"),
        ({"wording": "keys_only"}, "texts disagree"),
        ({"response": {"low": 3, "high": 3, "labels": {}}}, "range is empty"),
        ({"response": {"low": 0, "high": 1, "labels": {"2": "Often"}}}, "out of the range"),
        ({"missing": {"max_missing": 7, "method": "person_mean"}}, "does not fit the method"),
        ({"missing": {"max_missing": 1, "method": "complete_only"}}, "does not fit the method"),
        ({"missing": {"max_missing": 0, "method": "guess"}}, "missing method is one of"),
        ({"levels": {"minus_one": None, "plus_one": {"at_most": 4}}}, "cannot reach \\+1"),
        ({"levels": {"minus_one": {"around": 4}, "plus_one": None}}, "a level has one edge"),
        (
            {
                "polarity": "positive",
                "levels": {"minus_one": {"at_most": 9}, "plus_one": {"at_least": 9}},
            },
            "two levels",
        ),
        ({"licence": {"name": "", "url": "", "attribution": ""}}, "licence is not named"),
        ({"colour": "red"}, "something unknown: colour"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change, words):
    source = a_file(**change)

    with pytest.raises(ValueError, match=words):
        load_instrument(source)


def test_a_wrong_file_is_named(tmp_path):
    (tmp_path / "odd-1.json").write_text(json.dumps(a_file(polarity="good")), "utf-8")

    with pytest.raises(ValueError, match=r"odd-1\.json: polarity"):
        load_registry(tmp_path)


def test_a_version_is_there_only_once(tmp_path):
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps(a_file()), "utf-8")

    with pytest.raises(ValueError, match=r"two\.json: gad7 version 1 is there already"):
        load_registry(tmp_path)


def test_every_instrument_names_its_licence_its_source_and_what_is_still_to_verify():
    instruments = REGISTRY.values()

    gaps = [
        i.id for i in instruments if not (i.licence["attribution"] and i.sources and i.citation)
    ]

    assert gaps == []
    assert {i.id for i in instruments if i.wording == "keys_only"} == {"rses"}
    assert all(i.to_verify for i in instruments)
