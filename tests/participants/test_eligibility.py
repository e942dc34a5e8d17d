"""The rule over answers is arithmetic: the same answers give the same result, whatever comes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participants.rules.eligibility import (
    ELIGIBLE,
    NOT_ELIGIBLE,
    UNDECIDED,
    decide,
    in_words,
    read_answers,
)
from participants.rules.plans import canonical
from participants.rules.questions import read_eligibility

QUESTIONS = [
    {"code": "age", "words": "How old are you?", "kind": "number", "least": 0, "most": 120},
    {
        "code": "area",
        "words": "Where do you live?",
        "kind": "choice",
        "choices": [{"code": "harbour", "words": "Harbour"}, {"code": "hills", "words": "Hills"}],
    },
    {"code": "moving", "words": "Do you move soon?", "kind": "yes_no"},
    {
        "code": "moving_on",
        "words": "When?",
        "kind": "date",
        "asked_if": {"question": "moving", "is": True},
    },
]
AGE = {"question": "age", "at_least": 18, "why": "This pilot is for people who are 18 or older."}
AREA = {"question": "area", "one_of": ["harbour"]}
SOON = {"question": "moving_on", "at_most": "2026-12-31"}


def asks(rule, questions=QUESTIONS):
    faults: list = []
    read = read_eligibility({"questions": questions, "rule": rule}, "eligibility", faults)
    assert faults == []
    return read


@pytest.mark.parametrize(
    ("rule", "answers", "result"),
    [
        (None, {}, ELIGIBLE),
        (AGE, {"age": 18}, ELIGIBLE),
        (AGE, {"age": 17}, NOT_ELIGIBLE),
        (AGE, {}, UNDECIDED),
        ({"not": AGE}, {"age": 17}, ELIGIBLE),
        ({"not": AGE}, {}, UNDECIDED),
        ({"all": [AGE, AREA]}, {"age": 18, "area": "harbour"}, ELIGIBLE),
        ({"all": [AGE, AREA]}, {"age": 17}, UNDECIDED),
        ({"all": [AGE, AREA]}, {"age": 17, "area": "harbour"}, NOT_ELIGIBLE),
        ({"any": [AGE, AREA]}, {"age": 18}, ELIGIBLE),
        ({"any": [AGE, AREA]}, {"age": 17}, UNDECIDED),
        (SOON, {"moving": True, "moving_on": "2026-12-31"}, ELIGIBLE),
        (SOON, {"moving": True, "moving_on": "2027-01-01"}, NOT_ELIGIBLE),
        (SOON, {"moving": False}, NOT_ELIGIBLE),
        (SOON, {"moving": True}, UNDECIDED),
        (SOON, {}, UNDECIDED),
        ({"question": "age", "is": 5}, {"age": 5}, ELIGIBLE),
        ({"question": "age", "is_not": 5}, {"age": 5}, NOT_ELIGIBLE),
        ({"question": "age", "more_than": 5}, {"age": 5}, NOT_ELIGIBLE),
        ({"question": "age", "less_than": 5}, {"age": 4}, ELIGIBLE),
        ({"question": "age", "at_most": 5}, {"age": 5}, ELIGIBLE),
        ({"question": "moving", "is": False}, {"moving": False}, ELIGIBLE),
    ],
)
def test_answers_come_to_what_one_would_work_out_by_hand(rule, answers, result):
    said = decide(asks(rule), answers)

    assert said.result == result


def test_a_missing_answer_is_named_and_is_no_no():
    said = decide(asks({"all": [AGE, AREA, SOON]}), {"age": 17})

    assert said.result == UNDECIDED
    assert said.missing == ("area", "moving")
    assert said.reasons == ()


def test_a_no_gives_its_reasons_in_the_rules_own_words():
    said = decide(asks({"all": [AGE, AREA]}), {"age": 17, "area": "hills"})

    assert said.reasons == (
        "This pilot is for people who are 18 or older.",
        "This pilot asks that “Where do you live?” is one of: Harbour.",
    )


def test_a_rule_is_read_as_a_sentence():
    eligibility = asks({"all": [AGE, {"any": [AREA, {"not": {"question": "moving", "is": True}}]}]})
    by_code = {one["code"]: one for one in eligibility["questions"]}

    said = in_words(eligibility["rule"], by_code)

    assert said == (
        "“How old are you?” is at least 18 and (“Where do you live?” is one of: Harbour"
        " or not (“Do you move soon?” is yes))"
    )


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"age": "old"}, "age: write a whole number."),
        ({"age": 1.5}, "age: write a whole number."),
        ({"age": True}, "age: write a whole number."),
        ({"age": "9" * 5_000}, "age: write a whole number."),
        ({"age": 121}, "age: write a number from 0 to 120."),
        ({"area": "moon"}, "area: choose one of: harbour, hills."),
        ({"area": ["harbour"]}, "area: choose one of: harbour, hills."),
        ({"moving": "maybe"}, "moving: answer yes or no."),
        ({"moving": 1}, "moving: answer yes or no."),
        ({"moving_on": "2026-02-30"}, "moving_on: write a date that exists, such as 2026-03-31."),
        ({"height": 3}, "height: there is no such question."),
    ],
)
def test_an_answer_of_another_kind_is_refused_by_its_question(answers, says):
    known, faults = read_answers(asks(AGE), answers)

    assert [str(one) for one in faults] == [says]
    assert known == {}


def test_what_is_left_empty_is_not_answered():
    known, faults = read_answers(asks(AGE), {"age": "", "moving": None, "area": "hills"})

    assert (known, faults) == ({"area": "hills"}, [])


comparisons = st.one_of(
    st.builds(
        lambda how, value: {"question": "age", how: value},
        st.sampled_from(["is", "is_not", "at_least", "at_most", "more_than", "less_than"]),
        st.integers(0, 120),
    ),
    st.builds(
        lambda how, value: {"question": "area", how: value},
        st.sampled_from(["is", "is_not"]),
        st.sampled_from(["harbour", "hills"]),
    ),
    st.builds(lambda value: {"question": "moving", "is": value}, st.booleans()),
    st.builds(lambda d: {"question": "moving_on", "at_most": d.isoformat()}, st.dates()),
)
rules = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(lambda many: {"all": many}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda many: {"any": many}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, inner),
    ),
    max_leaves=6,
).filter(lambda rule: canonical(rule).count("{") <= 12 and depth(rule) <= 8)
EVERY = st.fixed_dictionaries(
    {
        "age": st.integers(0, 120),
        "area": st.sampled_from(["harbour", "hills"]),
        "moving": st.booleans(),
        "moving_on": st.dates().map(lambda day: day.isoformat()),
    }
)


def depth(rule) -> int:
    inner = rule.get("all") or rule.get("any") or ([rule["not"]] if "not" in rule else [])
    return 1 + max([depth(one) for one in inner], default=0)


@given(rule=rules, answers=EVERY)
def test_whoever_answered_everything_has_an_answer(rule, answers):
    said = decide(asks(rule), answers)

    assert said.result in (ELIGIBLE, NOT_ELIGIBLE)
    assert said.missing == ()


@given(rule=rules, answers=EVERY, kept=st.sets(st.sampled_from(["age", "area", "moving"])))
def test_one_answer_more_never_takes_a_yes_or_a_no_back(rule, answers, kept):
    eligibility = asks(rule)
    some = {code: value for code, value in answers.items() if code in kept}

    early, late = decide(eligibility, some), decide(eligibility, answers)

    assert early.result in (UNDECIDED, late.result)


@given(rule=rules, answers=EVERY)
def test_a_rule_and_its_opposite_never_agree(rule, answers):
    one, other = decide(asks(rule), answers), decide(asks({"not": rule}), answers)

    assert {one.result, other.result} == {ELIGIBLE, NOT_ELIGIBLE}


@given(rule=rules, answers=EVERY)
def test_all_of_a_rule_is_not_any_of_its_opposites(rule, answers):
    other = {"not": {"any": [{"not": rule}, {"not": AGE}]}}

    assert decide(asks({"all": [rule, AGE]}), answers).result == decide(asks(other), answers).result


@given(rule=rules, answers=EVERY)
def test_a_version_that_was_stored_and_read_again_decides_the_same(rule, answers):
    eligibility = asks(rule)

    stored = json.loads(canonical(eligibility))

    assert decide(stored, answers) == decide(eligibility, answers)


@given(rule=rules, answers=EVERY)
def test_a_no_always_says_why(rule, answers):
    said = decide(asks(rule), answers)

    assert said.reasons or said.result == ELIGIBLE
