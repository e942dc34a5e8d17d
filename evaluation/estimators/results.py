"""The result row: one estimate of one contrast, or the reason why there is none."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from scipy import stats

REASONS = {
    "not_enough_people": "Too few people were observed in an arm to compare it with another.",
    "arm_not_separable": (
        "The arms never meet in a stratum, so a difference between them cannot be told from a"
        " difference between strata."
    ),
    "no_degrees_of_freedom": "There are as many covariates and strata as people.",
    "nothing_varies": (
        "Once arm, strata and covariates are known nothing is left to vary, so the uncertainty"
        " cannot be learned from these data."
    ),
}

CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One estimate of `treated` minus `comparison`, in units of the outcome.

    `comparison_mean` and `comparison_sd` (ddof 1) describe the comparison arm as analysed;
    `standardised_effect` = estimate / comparison_sd. Intervals are 95 %, from t with `df`.
    `share_missing` is the share of the people assigned to the two arms without an outcome.
    `n` counts everybody in the regression, other arms included. When `reason` is set every
    figure about the outcome is None.
    """

    estimand: str = ""
    outcome: str = ""
    wave: str | None = None
    treated: str = ""
    comparison: str = ""
    n: int
    n_treated: int
    n_comparison: int
    share_missing: float | None
    se_type: str = ""
    comparison_mean: float | None = None
    comparison_sd: float | None = None
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: float | None = None
    standardised_effect: float | None = None
    dropped_covariates: tuple[str, ...] = ()
    people_alone_in_stratum: int = 0
    reason: str | None = None

    @property
    def contrast(self) -> str:
        return f"{self.treated} - {self.comparison}"

    @property
    def is_null(self) -> bool:
        return self.reason is not None

    def without(self, reason: str) -> Self:
        """The same row with no figure about the outcome and the reason why."""
        if reason not in REASONS:
            raise KeyError(reason)
        blank: dict[str, Any] = dict.fromkeys(_FIGURES)
        return replace(self, reason=reason, **blank)

    def with_inference(self, estimate: float, se: float, df: float) -> Self:
        """The same row with the estimate, its t interval and its two-sided p."""
        margin = float(stats.t.ppf((1 + CONFIDENCE) / 2, df)) * se
        sd = self.comparison_sd
        return replace(
            self,
            estimate=estimate,
            se=se,
            df=df,
            ci_low=estimate - margin,
            ci_high=estimate + margin,
            p=float(2 * stats.t.sf(abs(estimate) / se, df)),
            standardised_effect=estimate / sd if sd else None,
        )

    def to_row(self) -> dict[str, Any]:
        """The row as plain values in a fixed order, for a table, JSON or CSV."""
        row = {"contrast": self.contrast, **asdict(self)}
        row["dropped_covariates"] = list(self.dropped_covariates)
        return row


_FIGURES = (
    "comparison_mean",
    "comparison_sd",
    "estimate",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "p",
    "standardised_effect",
)
