"""Estimators: frames in, result rows out. No Django, no clock, no network, no formula strings.

Use it in a notebook as the application does:

    from evaluation.estimators import itt_ancova

    itt_ancova(frame, outcome="score_12m", arm="arm", treated="cash", comparison="as usual",
               baseline="score_0m", strata="stratum").to_row()
"""

from evaluation.estimators.attrition import retention
from evaluation.estimators.baseline import balance
from evaluation.estimators.effects import difference_in_means, itt_ancova
from evaluation.estimators.errors import (
    NotEstimable,
    UnknownColumn,
    UnknownOption,
    UnusableColumn,
)
from evaluation.estimators.kernel import SE_TYPES, Fit, fit
from evaluation.estimators.results import REASONS, Estimate

__all__ = [
    "REASONS",
    "SE_TYPES",
    "Estimate",
    "Fit",
    "NotEstimable",
    "UnknownColumn",
    "UnknownOption",
    "UnusableColumn",
    "balance",
    "difference_in_means",
    "fit",
    "itt_ancova",
    "retention",
]
