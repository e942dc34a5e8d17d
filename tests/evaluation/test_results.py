"""What is said about the arms: the estimator's figures, safe to show, and never a NaN."""

import json
import math

import pytest

from cashpilot.core.refusals import Invalid
from evaluation.estimators import difference_in_means, itt_ancova
from evaluation.queries import frame_of, results_of
from evaluation.rules import showing
from evaluation.rules.results import BASELINES, NO_COMPARISON
from participants.models import Arm, Enrolment
from tests.evaluation.worlds import HAPPY, a_studied_pilot, an_answer, answered, consent, people_in
from tests.factories import an_enrolment, unguarded

pytestmark = pytest.mark.django_db


def a_compared_pilot(*, in_each_arm: int = 20):
    """Everybody answered at both waves; the cash arm is a point or so higher at the second."""
    pilot = a_studied_pilot()
    arms = {name: people_in(pilot, name, in_each_arm) for name in ("cash", "services")}
    answered(
        pilot,
        *(
            an_answer(one, 3 + n % 4 + wave * (n % 3 + (arm == "cash")), wave=wave)
            for arm, people in arms.items()
            for n, one in enumerate(people)
            for wave in (0, 1)
        ),
    )
    return pilot, arms


def test_a_frame_has_one_row_a_person_who_agreed_as_assigned():
    pilot = a_studied_pilot()
    amina, sam = people_in(pilot, "cash", 1) + people_in(pilot, "services", 1)
    an_enrolment(pilot, name="Not in the study")
    answered(pilot, an_answer(amina, 4, wave=0), an_answer(amina, 7), an_answer(sam, 5, wave=0))
    Enrolment.objects.filter(pk=sam.pk).update(state="ended")

    frame = frame_of(pilot, HAPPY, wave=1, baseline_wave=0)

    assert list(frame.columns) == ["person", "arm", "baseline", "outcome"]
    assert frame.astype(object).where(frame.notna(), None).to_dict("records") == [
        {"person": amina.pk, "arm": "cash", "baseline": 4.0, "outcome": 7.0},
        {"person": sam.pk, "arm": "services", "baseline": 5.0, "outcome": None},
    ]


def test_whoever_withdraws_is_in_no_later_frame():
    pilot, arms = a_compared_pilot(in_each_arm=2)

    consent(arms["cash"][0], decision="withdrawn")

    assert len(frame_of(pilot, HAPPY, wave=1)) == 3


def test_a_pilot_without_answers_gives_an_empty_frame():
    frame = frame_of(a_studied_pilot(), HAPPY, wave=1, baseline_wave=0)

    assert frame.empty
    assert list(frame.columns) == ["person", "arm", "baseline", "outcome"]


def test_an_effect_is_the_estimators_rounded_for_showing():
    pilot, _ = a_compared_pilot()
    frame = frame_of(pilot, HAPPY, wave=1, baseline_wave=0)
    asked = {"outcome": "outcome", "arm": "arm", "treated": "cash", "comparison": "services"}

    adjusted, plain = results_of(pilot, HAPPY, wave=1, baseline_wave=0).effects

    for shown, exact in (
        (adjusted, itt_ancova(frame, baseline="baseline", **asked)),
        (plain, difference_in_means(frame, **asked)),
    ):
        assert shown.estimate == round(exact.estimate, 1)
        assert (shown.ci_low, shown.ci_high) == (round(exact.ci_low, 1), round(exact.ci_high, 1))
        assert shown.se_type == "HC2"
    assert (adjusted.is_adjusted, plain.is_adjusted) == (True, False)


def test_the_sentence_names_arm_comparison_size_and_doubt_and_claims_no_cause():
    pilot, _ = a_compared_pilot()

    results = results_of(pilot, HAPPY, wave=1, baseline_wave=0)

    first = results.effects[0]
    assert results.headline == (
        f"At wave 1, people offered Cash scored {first.estimate:.1f} points higher than people in "
        "the comparison group (Usual services) on “ONS4: happiness yesterday”, 95% interval "
        f"{first.ci_low:.1f} to {first.ci_high:.1f} (adjusted for the baseline). This is the "
        "difference between the arms; exploratory: no analysis plan is locked yet."
    )
    assert "caused" not in results.headline
    assert any("not recorded" in note for note in results.notes)


@pytest.mark.parametrize(("baseline", "is_said"), [(None, False), (0, True), (1, True)])
def test_what_is_done_about_missing_baselines_is_said_wherever_there_is_one(baseline, is_said):
    pilot = a_studied_pilot(waves=[0, 1, 2])

    results = results_of(pilot, HAPPY, wave=2, baseline_wave=baseline)

    assert (BASELINES in results.notes) is is_said


def test_a_pilot_with_nothing_to_compare_says_so():
    pilot = a_studied_pilot()
    with unguarded("participants_arm"):
        Arm.objects.filter(pilot=pilot, is_paid=False).delete()

    results = results_of(pilot, HAPPY, wave=1)

    assert results.effects == []
    assert results.headline == NO_COMPARISON


def test_an_arm_with_fewer_than_10_observed_has_a_reason_and_no_figure():
    pilot, arms = a_compared_pilot(in_each_arm=12)
    for one in arms["cash"][:3]:
        consent(one, decision="withdrawn")

    results = results_of(pilot, HAPPY, wave=1, baseline_wave=0)

    cash = next(one for one in results.arms if one.is_paid)
    assert (cash.in_study, cash.observed, cash.mean, cash.sd) == (None, None, None, None)
    for effect in results.effects:
        figures = (effect.estimate, effect.ci_low, effect.ci_high, effect.se, effect.p)
        assert set(figures) == {None}
        assert effect.n_arm is None
        assert "fewer than 10" in effect.reason
        assert "no figure" in effect.sentence
    assert results.retention[0].percent_arm is None


def test_nothing_that_is_no_number_is_ever_shown():
    pilot = a_studied_pilot()
    arms = people_in(pilot, "cash", 10), people_in(pilot, "services", 10)
    answered(pilot, *(an_answer(one, 5) for people in arms for one in people))

    results = results_of(pilot, HAPPY, wave=1)

    said = json.dumps(results.to_dict(), allow_nan=False)
    assert "NaN" not in said
    assert results.effects[0].reason
    assert results.retention[0].percent_arm == 100


def test_numbers_of_people_are_rounded_so_that_one_leaving_does_not_show():
    pilot, arms = a_compared_pilot(in_each_arm=20)
    before = results_of(pilot, HAPPY, wave=1).arms

    consent(arms["cash"][0], decision="withdrawn")

    after = results_of(pilot, HAPPY, wave=1).arms
    assert [one.observed for one in before] == [one.observed for one in after] == [20, 20]


def test_retention_is_by_arm_of_those_in_the_study():
    pilot, _ = a_compared_pilot()
    people_in(pilot, "services", 20)

    line = results_of(pilot, HAPPY, wave=1).retention[0]

    assert (line.percent_arm, line.percent_comparison, line.difference) == (100, 50, 50)
    assert line.ci_low < 50 < line.ci_high


def test_a_share_that_counts_a_few_who_did_not_answer_is_kept_back_with_that_reason():
    pilot, _ = a_compared_pilot()
    people_in(pilot, "services", 3)

    line = results_of(pilot, HAPPY, wave=1).retention[0]

    assert (line.percent_arm, line.percent_comparison, line.ci_low) == (None, None, None)
    assert "fewer than 10 did not" in line.reason


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_a_figure_that_is_no_finite_number_is_not_shown(value):
    assert showing.figure(value) is None
    assert showing.percent(value) is None


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"instrument": "joy"}, "instrument", "ons_happiness"),
        ({"wave": 7}, "wave", "It has: 0, 1"),
        ({"baseline_wave": 7}, "baseline", "no wave 7"),
        ({"baseline_wave": 1}, "baseline", "earlier wave"),
    ],
)
def test_a_question_about_what_is_not_there_says_what_is(asked, field, words):
    pilot = a_studied_pilot()
    question = {"instrument": HAPPY, "wave": 1, **asked}

    with pytest.raises(Invalid, match=words) as no:
        results_of(pilot, question.pop("instrument"), **question)

    assert no.value.field == field


@pytest.mark.parametrize(
    ("people", "shown"), [(0, 0), (1, None), (9, None), (10, 10), (12, 10), (13, 15), (101, 100)]
)
def test_a_number_of_people_as_it_may_be_shown(people, shown):
    assert showing.count(people) == shown


def test_a_difference_of_nothing_is_said_without_a_direction():
    says = showing.difference_in_words(
        arm="Cash",
        comparison="Usual services",
        measured="“Happiness”",
        wave=1,
        estimate=0.0,
        low=-0.4,
        high=0.4,
        is_adjusted=False,
    )

    assert "as high as" in says
    assert "higher" not in says
