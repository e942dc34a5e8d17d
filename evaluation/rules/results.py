"""The shape of results, and the words that go with every one of them."""

from dataclasses import asdict, dataclass
from typing import Any

TOO_FEW = "Too few people to show: fewer than 10 were observed in an arm."
TOO_FEW_EITHER_WAY = (
    "Too few people to show: in an arm, fewer than 10 answered or fewer than 10 did not."
)
EVERYBODY_ALIKE = "Within each arm everybody answered, or nobody, so there is no interval."
EXPLORATORY = "Exploratory: no analysis plan is locked yet."
NOT_RECORDED = (
    "How people came into the arms is not recorded yet, so this is a difference between the arms, "
    "and whatever else differs between them is part of it."
)
COUNTS = "Numbers of people are rounded to 5, and not shown where there are fewer than 10."
NO_COMPARISON = "This pilot has no paid arm beside one that is not paid, so nothing is compared."
BASELINES = "Where a person's baseline is missing, the model marks it as missing."


@dataclass(frozen=True, kw_only=True)
class ArmLine:
    """One arm: who is in the study, who answered, and how they scored. None is not shown."""

    code: str
    name: str
    is_paid: bool
    in_study: int | None
    observed: int | None
    mean: float | None
    sd: float | None


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One estimate of `arm` minus `comparison`, in points of the score, or the reason for none."""

    arm: str
    comparison: str
    is_adjusted: bool
    n_arm: int | None
    n_comparison: int | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    se: float | None
    se_type: str
    p: float | None
    standardised_effect: float | None
    reason: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class RetentionLine:
    """Who answered of those in the study, in per cent, and the difference in points of it."""

    arm: str
    comparison: str
    percent_arm: int | None
    percent_comparison: int | None
    difference: int | None
    ci_low: int | None
    ci_high: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that may be said about one instrument at one wave."""

    pilot: str
    instrument: str
    instrument_name: str
    wave: int
    baseline_wave: int | None
    arms: list[ArmLine]
    effects: list[Effect]
    retention: list[RetentionLine]
    notes: list[str]

    @property
    def headline(self) -> str:
        """The first estimate in words, or why there is none."""
        return self.effects[0].sentence if self.effects else NO_COMPARISON

    def to_dict(self) -> dict[str, Any]:
        """The results as plain values, for JSON."""
        return {**asdict(self), "headline": self.headline}
