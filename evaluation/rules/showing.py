"""What may be shown of a small group: counts that are rounded, figures that give nobody away.

Counts of 1 to 9 are not shown; the others are rounded to 5. Means and differences have one
decimal, so that one person's answer cannot be worked out from a figure before and after they leave.
"""

import math

SMALLEST_SHOWN = 10
ROUNDED_TO = 5


def count(people: int) -> int | None:
    """A number of people as it may be shown: rounded, and None for 1 to 9."""
    if 0 < people < SMALLEST_SHOWN:
        return None
    return ROUNDED_TO * round(people / ROUNDED_TO)


def figure(value: float | None, decimals: int = 1) -> float | None:
    """A figure as it may be shown; None where there is none, or it is no finite number."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals) + 0.0


def percent(share: float | None) -> int | None:
    """A share in whole per cent."""
    shown = figure(share, 4)
    return None if shown is None else round(100 * shown)


def difference_in_words(
    *,
    arm: str,
    comparison: str,
    measured: str,
    wave: int,
    estimate: float,
    low: float,
    high: float,
    is_adjusted: bool,
) -> str:
    """One estimate as a sentence: what differs, by how much, how surely, and what it is not."""
    beside = f"than people in the comparison group ({comparison})"
    if estimate == 0:
        says = f"scored as high as people in the comparison group ({comparison}) did"
    else:
        way = "higher" if estimate > 0 else "lower"
        says = f"scored {abs(estimate):.1f} points {way} {beside}"
    how = "adjusted for the baseline" if is_adjusted else "not adjusted"
    return (
        f"At wave {wave}, people offered {arm} {says} on {measured}, "
        f"95% interval {low:.1f} to {high:.1f} ({how}). This is the difference between the arms; "
        "exploratory: no analysis plan is locked yet."
    )
