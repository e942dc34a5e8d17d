"""Ready-made hierarchies for what pilots ask of everybody, and the leaf a value belongs to."""

from datetime import date

BAND = 5  # years
OLDEST = 65
ADULT = 18

Rows = list[tuple[str, ...]]


def age_band(age: int) -> str:
    """The leaf of an age in completed years: a 5-year band, both ends coded."""
    if age < ADULT:
        return f"under {ADULT}"
    if age >= OLDEST:
        return f"{OLDEST}+"
    start = age // BAND * BAND
    return f"{max(start, ADULT)}-{start + BAND - 1}"


def age_bands() -> Rows:
    """Age at enrolment: 5-year band > 18-24/25-34/35-49/50+ > <35/35+ > *, the star implied."""
    starts = [0, ADULT, *range(20, OLDEST + 1, BAND)]
    return [(age_band(age), _life_stage(age), "<35" if age < 35 else "35+") for age in starts]


def quarter(day: date) -> str:
    """The leaf of an enrolment date: "2026 Q1"."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def quarters(first: date, last: date) -> Rows:
    """Enrolment quarter > half-year > *, for every quarter from `first` to `last`."""
    start, end = (day.year * 4 + (day.month - 1) // 3 for day in (first, last))
    if end < start:
        raise ValueError("The last enrolment cannot come before the first.")
    return [
        (f"{n // 4} Q{n % 4 + 1}", f"{n // 4} H{n % 4 // 2 + 1}") for n in range(start, end + 1)
    ]


def _life_stage(age: int) -> str:
    if age < ADULT:
        return f"under {ADULT}"
    for label, oldest in (("18-24", 24), ("25-34", 34), ("35-49", 49)):
        if age <= oldest:
            return label
    return "50+"
