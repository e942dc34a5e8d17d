"""The registry: one JSON file an instrument version, read and checked before anything is scored.

An instrument is known by item key, response range and coding, never by the position of an item:
forms circulate in more than one order. A new version is a new file; a file in use is not edited,
so that a score can always be worked out again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"

POLARITIES = ("positive", "deficit")
SCORE_RULES = ("value", "sum")
MISSING_METHODS = ("complete_only", "person_mean")
WORDINGS = ("complete", "keys_only")
EDGES = ("at_most", "below", "at_least", "above")


class InvalidInstrument(ValueError):
    """An instrument file contradicts itself or leaves something out; the message says what."""


@dataclass(frozen=True)
class Item:
    """One question. `text` is None where its wording may not be, or is not yet, kept here."""

    key: str
    text: str | None


@dataclass(frozen=True)
class Band:
    """One edge of the three-level map: the scores on its far side have the level."""

    edge: str
    value: float

    def holds(self, score: float) -> bool:
        return {
            "at_most": score <= self.value,
            "below": score < self.value,
            "at_least": score >= self.value,
            "above": score > self.value,
        }[self.edge]


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One version of one questionnaire, and everything its score depends on.

    Answers are whole numbers from `low` to `high`; items in `reverse` count as low + high -
    answer. Up to `max_missing` unanswered items are made up by the person's own mean. `minus_one`
    and `plus_one` are applied to the unrounded score; what neither holds is level 0. A deficit
    instrument asks about difficulties, and their absence is not thriving: it has no `plus_one`.
    """

    id: str
    version: str
    name: str
    about: str
    wording: str
    stem: str | None
    items: tuple[Item, ...]
    low: int
    high: int
    labels: Mapping[int, str] = field(hash=False)
    coding: str
    reverse: frozenset[str]
    polarity: str
    score_rule: str
    max_missing: int
    minus_one: Band | None
    plus_one: Band | None
    licence: Mapping[str, str] = field(hash=False)
    citation: str
    sources: tuple[str, ...]
    to_verify: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(item.key for item in self.items)

    @property
    def lowest_score(self) -> int:
        return self.low * len(self.items)

    @property
    def highest_score(self) -> int:
        return self.high * len(self.items)


Registry = Mapping[tuple[str, str], Instrument]


def load_registry(directory: Path = DATA) -> Registry:
    """Every instrument in `directory`, by (id, version). Raises InvalidInstrument."""
    registry: dict[tuple[str, str], Instrument] = {}
    for path in sorted(directory.glob("*.json")):
        try:
            instrument = load_instrument(json.loads(path.read_text("utf-8")))
        except (InvalidInstrument, json.JSONDecodeError) as problem:
            raise InvalidInstrument(f"{path.name}: {problem}") from problem
        if (instrument.id, instrument.version) in registry:
            raise InvalidInstrument(
                f"{path.name}: {instrument.id} version {instrument.version} is there already."
            )
        registry[instrument.id, instrument.version] = instrument
    return registry


def load_instrument(source: Mapping[str, Any]) -> Instrument:
    """One instrument from the content of its file. Raises InvalidInstrument."""
    _same_keys("the instrument", source, FIELDS)
    _same_keys("response", source["response"], ("low", "high", "labels"))
    _same_keys("missing", source["missing"], ("max_missing", "method"))
    _same_keys("levels", source["levels"], ("minus_one", "plus_one"))
    _same_keys("licence", source["licence"], ("name", "url", "attribution"))
    for item in source["items"]:
        _same_keys("an item", item, ("key", "text"))
    response, levels = source["response"], source["levels"]
    instrument = Instrument(
        **{name: source[name] for name in AS_GIVEN},
        items=tuple(Item(**item) for item in source["items"]),
        low=response["low"],
        high=response["high"],
        labels={int(value): label for value, label in response["labels"].items()},
        reverse=frozenset(source["reverse"]),
        score_rule=source["score"],
        max_missing=source["missing"]["max_missing"],
        minus_one=_band(levels["minus_one"]),
        plus_one=_band(levels["plus_one"]),
        sources=tuple(source["sources"]),
        to_verify=tuple(source["to_verify"]),
    )
    _check(instrument, source["missing"]["method"])
    return instrument


AS_GIVEN = (
    "id",
    "version",
    "name",
    "about",
    "wording",
    "stem",
    "coding",
    "polarity",
    "licence",
    "citation",
)
FIELDS = (
    *AS_GIVEN,
    "items",
    "response",
    "reverse",
    "score",
    "missing",
    "levels",
    "sources",
    "to_verify",
)


def _same_keys(what: str, found: Mapping[str, Any], wanted: tuple[str, ...]) -> None:
    if missing := sorted(set(wanted) - set(found)):
        raise InvalidInstrument(f"{what} does not say: {', '.join(missing)}.")
    if unknown := sorted(set(found) - set(wanted)):
        raise InvalidInstrument(f"{what} says something unknown: {', '.join(unknown)}.")


def _band(source: Mapping[str, float] | None) -> Band | None:
    if source is None:
        return None
    if len(source) != 1 or not set(source) <= set(EDGES):
        raise InvalidInstrument(f"a level has one edge, of {', '.join(EDGES)}.")
    ((edge, value),) = source.items()
    return Band(edge, value)


def _check(instrument: Instrument, missing_method: str) -> None:
    keys, texts = instrument.keys, [item.text for item in instrument.items]
    is_single = instrument.score_rule == "value"
    allowed = len(keys) - 1 if missing_method == "person_mean" else 0
    wordless = instrument.wording == "keys_only"
    for is_wrong, words in (
        (instrument.polarity not in POLARITIES, f"polarity is one of {POLARITIES}."),
        (instrument.score_rule not in SCORE_RULES, f"score is one of {SCORE_RULES}."),
        (missing_method not in MISSING_METHODS, f"the missing method is one of {MISSING_METHODS}."),
        (instrument.wording not in WORDINGS, f"wording is one of {WORDINGS}."),
        (not keys, "there is no item."),
        (len(set(keys)) < len(keys), "two items have the same key."),
        (is_single and len(keys) > 1, "a score that is the value itself has one item."),
        (bool(instrument.reverse - set(keys)), "an item to reverse is no item."),
        (not instrument.low < instrument.high, "the response range is empty."),
        (not set(instrument.labels) <= _answers(instrument), "a label is out of the range."),
        (not 0 <= instrument.max_missing <= allowed, "max_missing does not fit the method."),
        (wordless != all(t is None for t in texts), "wording and the items' texts disagree."),
        (not wordless and None in texts, "an item has no text."),
        (_is_deficit_with_plus_one(instrument), "a deficit scale cannot reach +1."),
        (_levels_overlap(instrument), "a score would have two levels."),
        (not instrument.licence["name"], "the licence is not named."),
    ):
        if is_wrong:
            raise InvalidInstrument(words)


def _answers(instrument: Instrument) -> set[int]:
    return set(range(instrument.low, instrument.high + 1))


def _is_deficit_with_plus_one(instrument: Instrument) -> bool:
    return instrument.polarity == "deficit" and instrument.plus_one is not None


def _levels_overlap(instrument: Instrument) -> bool:
    minus, plus = instrument.minus_one, instrument.plus_one
    if minus is None or plus is None:
        return False
    return any(minus.holds(edge) and plus.holds(edge) for edge in (minus.value, plus.value))
