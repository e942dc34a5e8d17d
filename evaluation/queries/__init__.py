"""The questions other code may ask of the evaluation. Nothing here writes.

Pandas is loaded by the first question that needs it, never at import.
"""

from evaluation.queries.answers import (
    frame_of,
    instruments_answered,
    people_with_answers,
    pilot_called,
    scores_of,
    wave_called,
    waves_answered,
    waves_of,
)
from evaluation.queries.consent import (
    current_research_text,
    enrolments_with,
    research_decisions_of,
    research_switches,
    research_texts_in_force,
)
from evaluation.queries.instruments import instrument_called, instruments, registry
from evaluation.queries.results import results_of

__all__ = [
    "current_research_text",
    "enrolments_with",
    "frame_of",
    "instrument_called",
    "instruments",
    "instruments_answered",
    "people_with_answers",
    "pilot_called",
    "registry",
    "research_decisions_of",
    "research_switches",
    "research_texts_in_force",
    "results_of",
    "scores_of",
    "wave_called",
    "waves_answered",
    "waves_of",
]
