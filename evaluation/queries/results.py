"""What may be said about the arms of a pilot: effects, arms and retention, safe to be shown.

A figure that would give somebody away is left out here, before any table, chart or JSON is made
of it. For exact figures on one's own machine: `frame_of` and `evaluation.estimators`.
"""

from typing import TYPE_CHECKING

from cashpilot.core.refusals import Invalid
from evaluation.queries.answers import frame_of, wave_called
from evaluation.queries.instruments import instrument_called
from evaluation.rules import showing
from evaluation.rules.results import (
    BASELINES,
    COUNTS,
    EVERYBODY_ALIKE,
    EXPLORATORY,
    NOT_RECORDED,
    TOO_FEW,
    TOO_FEW_EITHER_WAY,
    ArmLine,
    Effect,
    Results,
    RetentionLine,
)
from participants.models import Pilot
from participants.queries import arms_of

if TYPE_CHECKING:
    import pandas as pd

    from evaluation.estimators import Estimate
    from participants.models import Arm


def results_of(
    pilot: Pilot, instrument: str, *, wave: int, baseline_wave: int | None = None
) -> Results:
    """Compare each paid arm with each arm that is not paid, as assigned.

    With a baseline the first estimate is ANCOVA (HC2), adjusted for the score at that wave; the
    difference in means always follows. Only people whose consent to research is in force count.
    """
    asked = instrument_called(instrument)
    wave_called(pilot, wave)
    if baseline_wave is not None:
        wave_called(pilot, baseline_wave, field="baseline")
        if baseline_wave >= wave:
            raise Invalid("The baseline is an earlier wave than the outcome's.", field="baseline")
    frame = frame_of(pilot, instrument, wave=wave, baseline_wave=baseline_wave)
    arms = list(arms_of(pilot))
    pairs = [(a, b) for a in arms if a.is_paid for b in arms if not b.is_paid]
    measured = f"“{asked.name}”"
    return Results(
        pilot=pilot.name,
        instrument=asked.id,
        instrument_name=asked.name,
        wave=wave,
        baseline_wave=baseline_wave,
        arms=[_arm_line(arm, frame) for arm in arms],
        effects=[
            _effect(frame, *pair, measured=measured, wave=wave, is_adjusted=is_adjusted)
            for pair in pairs
            for is_adjusted in ((True, False) if baseline_wave is not None else (False,))
        ],
        retention=[_retention(frame, *pair) for pair in pairs],
        notes=[EXPLORATORY, NOT_RECORDED, COUNTS, *([] if baseline_wave is None else [BASELINES])],
    )


def _arm_line(arm: "Arm", frame: "pd.DataFrame") -> ArmLine:
    here = frame[frame["arm"] == arm.code]
    scores = here["outcome"].dropna()
    is_shown = len(scores) >= showing.SMALLEST_SHOWN
    return ArmLine(
        code=arm.code,
        name=arm.name,
        is_paid=arm.is_paid,
        in_study=showing.count(len(here)),
        observed=showing.count(len(scores)),
        mean=showing.figure(scores.mean()) if is_shown else None,
        sd=showing.figure(scores.std(ddof=1)) if is_shown else None,
    )


def _effect(
    frame: "pd.DataFrame", arm: "Arm", comparison: "Arm", *, measured: str, wave: int, is_adjusted
) -> Effect:
    from evaluation.estimators import difference_in_means, itt_ancova

    asked = {"outcome": "outcome", "arm": "arm", "se": "HC2"}
    pair = {"treated": arm.code, "comparison": comparison.code}
    if is_adjusted:
        found = itt_ancova(frame, baseline="baseline", **asked, **pair)
    else:
        found = difference_in_means(frame, **asked, **pair)
    return _shown(found, arm, comparison, measured=measured, wave=wave, is_adjusted=is_adjusted)


def _shown(
    found: "Estimate",
    arm: "Arm",
    comparison: "Arm",
    *,
    measured: str,
    wave: int,
    is_adjusted: bool,
) -> Effect:
    estimate, low, high = (
        showing.figure(value) for value in (found.estimate, found.ci_low, found.ci_high)
    )
    reason = _reason(found.reason)
    if estimate is None or low is None or high is None:
        sentence = f"{arm.name} and {comparison.name} at wave {wave}: no figure. {reason}"
    else:
        sentence = showing.difference_in_words(
            arm=arm.name,
            comparison=comparison.name,
            measured=measured,
            wave=wave,
            estimate=estimate,
            low=low,
            high=high,
            is_adjusted=is_adjusted,
        )
    return Effect(
        arm=arm.name,
        comparison=comparison.name,
        is_adjusted=is_adjusted,
        n_arm=showing.count(found.n_treated),
        n_comparison=showing.count(found.n_comparison),
        estimate=estimate,
        ci_low=low,
        ci_high=high,
        se=showing.figure(found.se, 2),
        se_type=found.se_type,
        p=showing.figure(found.p, 3),
        standardised_effect=showing.figure(found.standardised_effect, 2),
        reason=reason,
        sentence=sentence,
    )


def _reason(code: str | None) -> str:
    from evaluation.estimators import REASONS

    if code is None:
        return ""
    return TOO_FEW if code == "not_enough_people" else REASONS[code]


def _retention(frame: "pd.DataFrame", arm: "Arm", comparison: "Arm") -> RetentionLine:
    from evaluation.estimators import retention

    table = retention(
        frame,
        arm="arm",
        treated=arm.code,
        comparison=comparison.code,
        outcomes={"outcome": "outcome"},
    )
    row = table.astype(object).where(table.notna(), None).iloc[0].to_dict()
    shares = [row["retained_treated"], row["retained_comparison"]]
    people = [row["n_treated"], row["n_comparison"]]
    answered = [round((share or 0) * n) for share, n in zip(shares, people, strict=True)]
    silent = [n - m for n, m in zip(people, answered, strict=True)]
    if row["reason"] == "not_enough_people" or any(
        n and showing.count(n) is None for n in (*people, *answered, *silent)
    ):
        return RetentionLine(**_names(arm, comparison), **_NOTHING, reason=TOO_FEW_EITHER_WAY)
    return RetentionLine(
        **_names(arm, comparison),
        percent_arm=showing.percent(shares[0]),
        percent_comparison=showing.percent(shares[1]),
        difference=showing.percent(row["difference"]),
        ci_low=showing.percent(row["ci_low"]),
        ci_high=showing.percent(row["ci_high"]),
        reason=EVERYBODY_ALIKE if row["reason"] else "",
    )


_NOTHING = dict.fromkeys(
    ("percent_arm", "percent_comparison", "difference", "ci_low", "ci_high"), None
)


def _names(arm: "Arm", comparison: "Arm") -> dict[str, str]:
    return {"arm": arm.name, "comparison": comparison.name}
