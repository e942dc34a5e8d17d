"""Instruments: the questionnaires as data, and their scores as a pure function of the answers."""

from evaluation.instruments.registry import (
    Instrument,
    InvalidInstrument,
    Item,
    Registry,
    load_instrument,
    load_registry,
)
from evaluation.instruments.responses import InvalidResponses, Problem
from evaluation.instruments.scoring import SCORE_REASONS, score

__all__ = [
    "SCORE_REASONS",
    "Instrument",
    "InvalidInstrument",
    "InvalidResponses",
    "Item",
    "Problem",
    "Registry",
    "load_instrument",
    "load_registry",
    "score",
]
