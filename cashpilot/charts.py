"""Charts drawn on the server, each inside the table that says the same, from one data object.

Whatever may not be shown is None in that object before anything is drawn, so no length or position
gives it away. A drawing shows no text and has a title and a description for whoever hears it: what
is read stands in the table and grows with the reader's font, and colours are the page's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WIDTH, HEIGHT = 280, 28
MARGIN = 10
NOTHING = "–"


@dataclass(frozen=True)
class Interval:
    """One estimate with its interval, or None three times and `note` saying why."""

    label: str
    between: str
    estimate: float | None
    low: float | None
    high: float | None
    note: str = ""

    @property
    def figures(self) -> tuple[float, float, float] | None:
        """Estimate, low and high, where there are such."""
        if self.estimate is None or self.low is None or self.high is None:
            return None
        return self.estimate, self.low, self.high

    @property
    def words(self) -> str:
        """The figures as drawing and table both write them."""
        if self.figures is None:
            return NOTHING
        return _("%.1f (%.1f to %.1f)") % self.figures


@dataclass(frozen=True)
class Figure:
    """A caption, and the columns and rows of a table some of whose cells are drawings."""

    caption: str
    columns: list[Any]
    rows: list[list[Any]]


def forest(intervals: Sequence[Interval], *, caption: str, unit: str) -> Figure:
    """A forest plot: each estimate as a point on its interval, all on one scale that holds zero."""
    drawn = [one.figures for one in intervals if one.figures]
    marks = axis([value for figures in drawn for value in figures])
    scale = _("%(low)g to %(high)g %(unit)s, with a line at 0") % {
        "low": marks[0],
        "high": marks[-1],
        "unit": unit,
    }
    figure = {"name": _("Estimate (95% interval)"), "is_number": True}
    has_notes = any(one.note for one in intervals)
    return Figure(
        caption,
        [_("Method"), _("Arms"), scale, figure, *([_("Note")] if has_notes else [])],
        [
            [
                one.label,
                one.between,
                _drawing(one, marks, scale),
                one.words,
                *([one.note] * has_notes),
            ]
            for one in intervals
        ],
    )


def axis(values: Sequence[float]) -> list[float]:
    """Round marks, few of them, from below the least value to above the greatest; zero is one."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        low, high = -1.0, 1.0
    step = _round_step((high - low) / 4)
    first, last = floor(low / step), -floor(-high / step)
    return [n * step for n in range(first, last + 1)]


def _round_step(least: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9))


def _drawing(one: Interval, marks: Sequence[float], scale: str) -> SafeString | str:
    if one.figures is None:
        return NOTHING

    def across(value: float) -> float:
        share = (value - marks[0]) / (marks[-1] - marks[0])
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    estimate, low, high = one.figures
    middle = HEIGHT // 2
    return format_html(
        '<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
        "<title>{title}</title><desc>{description}</desc>"
        '<line x1="{zero}" x2="{zero}" y1="0" y2="{height}" stroke="currentColor"/>'
        '<line class="cp-series-1" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"'
        ' stroke-width="3"/><circle class="cp-series-1" cx="{at}" cy="{middle}" r="6"/></svg>',
        width=WIDTH,
        height=HEIGHT,
        middle=middle,
        title=f"{one.label}: {one.words}",
        description=f"{one.between}. {scale}.",
        zero=across(0),
        low=across(low),
        high=across(high),
        at=across(estimate),
    )
