"""The design of a draw: plain data in, a checked and frozen design out."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from math import prod
from typing import Any

from cashpilot.core.refusals import Invalid

RULES = 1  # the version of these rules that a design names, so that a later one changes no draw
METHODS = ("simple", "counted", "blocks", "minimised")
MOST_ARMS, MOST_STRATA, MOST_VALUES, MOST_CELLS = 20, 5, 30, 500
MOST_RATIO, MOST_PLACES, MOST_BLOCK = 100, 100_000, 10
LONGEST_VALUE = 60
NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
TAKEN = {"code", "name", "arm", "consent_date", "date_of_birth", "email", "phone", "language"}
TAKEN |= {"how", "read_by", "outcome", "position"}
DEFAULTS: dict[str, Any] = {
    "places": 0,
    "waiting": 0,
    "strata": [],
    "cluster": "",
    "blocks": [],
    "coin": 0,
}


@dataclass(frozen=True)
class ArmShare:
    """One arm, and how many parts of the whole it gets."""

    arm: str
    ratio: int


@dataclass(frozen=True)
class Stratum:
    """One thing that the arms are kept alike in, and the values it can have."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """How people are drawn into arms.

    `places` is how many units are drawn into the arms at all, 0 for everybody; of the others,
    `waiting` are put on a waiting list in a drawn order, and the rest are not in the study. A
    unit is a person or, where `cluster` names what people share, such as a household, all who
    share it. `blocks` are multiples of the sum of the ratios; `coin` is the percentage with which
    minimisation takes the arm that keeps the arms most alike.
    """

    method: str
    arms: tuple[ArmShare, ...]
    places: int = 0
    waiting: int = 0
    strata: tuple[Stratum, ...] = ()
    cluster: str = ""
    blocks: tuple[int, ...] = ()
    coin: int = 0

    @property
    def ratios(self) -> dict[str, int]:
        return {one.arm: one.ratio for one in self.arms}

    @property
    def columns(self) -> tuple[str, ...]:
        """What a roster says of each person besides their code."""
        cluster = (self.cluster,) if self.cluster else ()
        return (*cluster, *(one.name for one in self.strata))

    def as_plain(self) -> dict[str, Any]:
        return {"rules": RULES, **asdict(self)}

    def as_bytes(self) -> bytes:
        """The one way to write this design: what the commitment is made over."""
        plain = self.as_plain()
        written = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return written.encode()


def commitment_of(seed: bytes, design: bytes) -> str:
    """SHA-256 over the seed in 64 hexadecimal digits, a line break, and the design as written."""
    return hashlib.sha256(seed.hex().encode() + b"\n" + design).hexdigest()


def read_design(plain: Any) -> Design:
    """The design that this plain data describes, or a refusal that names what to correct."""
    if not isinstance(plain, Mapping):
        raise Invalid("A design names its method and its arms.", field="design")
    known = {"rules", "method", "arms", *DEFAULTS}
    if unknown := sorted(set(plain) - known):
        raise Invalid(f"A design has no {unknown[0]!r}.", field="design")
    if plain.get("rules", RULES) != RULES:
        raise Invalid(f"This cashpilot draws by rules {RULES}.", field="rules")
    said = {**DEFAULTS, **plain}
    if said.get("method") not in METHODS:
        raise Invalid(f"Choose one of {', '.join(METHODS)}.", field="method")
    design = Design(
        method=said["method"],
        arms=tuple(_arms(said.get("arms"))),
        places=_whole(said["places"], "places", 0, MOST_PLACES),
        waiting=_whole(said["waiting"], "waiting", 0, MOST_PLACES),
        strata=tuple(_strata(said["strata"])),
        cluster=_name(said["cluster"], "cluster") if said["cluster"] else "",
        blocks=tuple(_blocks(said["blocks"])),
        coin=_whole(said["coin"], "coin", 0, 100),
    )
    _check_whole(design)
    return design


def _check_whole(design: Design) -> None:
    """What no part shows by itself."""
    if len(set(design.columns)) != len(design.columns):
        raise Invalid("Two columns have the same name.", field="strata")
    if prod(len(one.values) for one in design.strata) > MOST_CELLS:
        raise Invalid(f"These strata make more than {MOST_CELLS} groups.", field="strata")
    if design.waiting and not design.places:
        raise Invalid("A waiting list needs a number of places.", field="waiting")
    if (design.method == "blocks") != bool(design.blocks):
        raise Invalid("Blocks, and only they, need sizes such as 1, 2.", field="blocks")
    if (design.method == "minimised") != bool(design.coin):
        raise Invalid("Minimisation, and only it, needs a coin, such as 80.", field="coin")
    if design.method == "minimised" and not design.strata:
        raise Invalid("Minimisation needs something to keep alike.", field="strata")


def _arms(said: Any) -> Iterable[ArmShare]:
    rows = _list(said, "arms", MOST_ARMS, of={"arm", "ratio"})
    if len(rows) < 2:
        raise Invalid("A draw needs two arms or more.", field="arms")
    if len({str(row["arm"]) for row in rows}) != len(rows):
        raise Invalid("An arm stands twice.", field="arms")
    for row in rows:
        yield ArmShare(str(row["arm"]), _whole(row["ratio"], "arms", 1, MOST_RATIO))


def _strata(said: Any) -> Iterable[Stratum]:
    for row in _list(said, "strata", MOST_STRATA, of={"name", "values"}):
        values = [_value(one) for one in _list(row["values"], "strata", MOST_VALUES)]
        if len(values) < 2 or len(set(values)) != len(values):
            raise Invalid(
                f"{row['name']!r} needs two values or more, all different.", field="strata"
            )
        yield Stratum(_name(row["name"], "strata"), tuple(values))


def _blocks(said: Any) -> list[int]:
    sizes = [_whole(one, "blocks", 1, MOST_BLOCK) for one in _list(said, "blocks", MOST_BLOCK)]
    if len(set(sizes)) != len(sizes):
        raise Invalid("A size of blocks stands twice.", field="blocks")
    return sizes


def _list(said: Any, field: str, most: int, *, of: set[str] | None = None) -> list[Any]:
    if not isinstance(said, list | tuple) or len(said) > most:
        raise Invalid(f"Give a list of at most {most}.", field=field)
    if of and not all(isinstance(one, dict) and set(one) == of for one in said):
        raise Invalid(f"Each of these has {' and '.join(sorted(of))}.", field=field)
    return list(said)


def _whole(said: Any, field: str, least: int, most: int) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not least <= said <= most:
        raise Invalid(f"Give a whole number from {least} to {most}.", field=field)
    return said


def _name(said: Any, field: str) -> str:
    if not isinstance(said, str) or not NAME.fullmatch(said):
        raise Invalid("Name it in small letters, such as site or age_band.", field=field)
    if said in TAKEN:
        raise Invalid(f"{said!r} is another column's name already.", field=field)
    return said


def _value(said: Any) -> str:
    if not isinstance(said, str) or not 0 < len(said.strip()) <= LONGEST_VALUE:
        raise Invalid(f"A value has 1 to {LONGEST_VALUE} characters.", field="strata")
    return said.strip()
