"""What an estimator says when the question itself cannot be answered.

A mistake in the question (a column that is not there, an option that does not exist) raises one
of these. A fact about the data (an arm too small, nothing varies) is no mistake: it gives a null
result row with a reason from `evaluation.estimators.results.REASONS`.
"""

from collections.abc import Iterable


class NotEstimable(ValueError):
    """The analysis as asked for cannot be run; the message says what to change."""


class UnknownColumn(NotEstimable):
    """A column was named that the frame does not have."""

    def __init__(self, column: object, available: Iterable[object]) -> None:
        names = ", ".join(str(name) for name in list(available)[:20])
        super().__init__(
            f"There is no column named {column!r}. Columns are given by their name and nothing"
            f" is calculated from a name; this table has: {names}."
        )


class UnusableColumn(NotEstimable):
    """A column is there but its values cannot be used for this purpose."""


class UnknownOption(NotEstimable):
    """An option has a value that the estimator does not know."""

    def __init__(self, option: str, value: object, known: Iterable[str]) -> None:
        super().__init__(f"{option} cannot be {value!r}: choose one of {', '.join(known)}.")
