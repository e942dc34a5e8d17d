"""Reading nested plain data by its shape: the same data with defaults filled in, and every fault.

A reader takes a value, the path to it and the list of faults; it gives back what it made of the
value, or `WRONG` once it has said why not.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cashpilot.core.refusals import Invalid
from participants.rules import clean

WRONG: Any = object()
MOST_MINOR = 10**15
MOST_FAULTS = 200
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")


@dataclass(frozen=True)
class Fault:
    """What is wrong at one place of a file, in words for the person who made it."""

    path: str
    says: str

    def __str__(self) -> str:
        return f"{self.path}: {self.says}" if self.path else self.says


Reader = Callable[[Any, str, list[Fault]], Any]


class Faulty(Invalid):
    """Nested data with faults: nothing of it was taken in. `faults` names each by its path, up to
    as many as anybody would read."""

    code = "faulty"

    def __init__(self, faults: Sequence[Fault], *, field: str = "plan"):
        self.faults = list(faults[:MOST_FAULTS])
        super().__init__(" ".join(str(one) for one in self.faults[:5]), field=field)


def record(fields: Mapping[str, Reader], defaults: Mapping[str, Any] | None = None) -> Reader:
    """A mapping with exactly these keys; those with a default may be left out."""
    filled = defaults or {}

    def read(value: Any, path: str, faults: list[Fault]) -> Any:
        if not isinstance(value, dict):
            return _no(path, "this has to be names with values.", faults)
        for key in value:
            if key not in fields:
                known = ", ".join(fields)
                faults.append(Fault(_at(path, key), f"is not known here. Known: {known}."))
        return {
            name: _read_one(value, name, reader, filled, path, faults)
            for name, reader in fields.items()
        }

    return read


def _read_one(value, name: str, reader: Reader, filled, path: str, faults: list[Fault]) -> Any:
    if name in value:
        return reader(value[name], _at(path, name), faults)
    if name in filled:
        return deepcopy(filled[name])
    return _no(_at(path, name), "is missing.", faults)


def each(reader: Reader, *, most: int, of: str) -> Reader:
    """A list of at most so many of these; `of` is their plural."""

    def read(value: Any, path: str, faults: list[Fault]) -> Any:
        if not isinstance(value, list):
            return _no(path, "this has to be a list.", faults)
        if len(value) > most:
            return _no(path, f"holds {len(value)}; at most {most} {of} are possible.", faults)
        return [reader(one, f"{path}[{number}]", faults) for number, one in enumerate(value)]

    return read


def text(most: int, *, may_be_empty: bool = False, has_lines: bool = False) -> Reader:
    """Words of at most so many characters, without invisible marks."""

    def read(value: Any, path: str, faults: list[Fault]) -> Any:
        if not isinstance(value, str):
            return _no(path, "write words, in quotes where they look like something else.", faults)
        said = "\n".join(map(clean, value.strip().splitlines())) if has_lines else clean(value)
        if any(unicodedata.category(one) in ("Cc", "Cs") and one != "\n" for one in said):
            return _no(path, "holds a character that cannot be shown.", faults)
        if not said and not may_be_empty:
            return _no(path, "this is empty. It is needed.", faults)
        if len(said) > most:
            return _no(path, f"write at most {most} characters.", faults)
        return said

    return read


def code(value: Any, path: str, faults: list[Fault]) -> Any:
    """A short name: small letters, digits, - and _."""
    if isinstance(value, str) and _CODE.fullmatch(value):
        return value
    says = "use 1 to 30 small letters, digits, - or _, in quotes where it looks like a number."
    return _no(path, says, faults)


def whole(least: int, most: int) -> Reader:
    """A whole number between the two."""

    def read(value: Any, path: str, faults: list[Fault]) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return _no(path, "write a whole number.", faults)
        if not least <= value <= most:
            return _no(path, f"write a number from {least:,} to {most:,}.", faults)
        return value

    return read


def money(*, may_be_nothing: bool = False) -> Reader:
    """An amount of whole minor units."""

    def read(value: Any, path: str, faults: list[Fault]) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return _no(path, "write whole pence or cents, such as 36000 for 360.00.", faults)
        if value < 0 or (value == 0 and not may_be_nothing):
            return _no(path, "the amount must be more than nothing.", faults)
        if value > MOST_MINOR:
            return _no(path, "the amount is too large to be meant.", faults)
        return value

    return read


def flag(value: Any, path: str, faults: list[Fault]) -> Any:
    """True or false."""
    return value if isinstance(value, bool) else _no(path, "write true or false.", faults)


def one_of(known: Sequence[str], what: str) -> Reader:
    """One of these words."""

    def read(value: Any, path: str, faults: list[Fault]) -> Any:
        if isinstance(value, str) and value in known:
            return value
        said = _short(value)
        return _no(path, f"{said} is not a {what}. Use one of: {', '.join(known)}.", faults)

    return read


def day(value: Any, path: str, faults: list[Fault]) -> Any:
    """A date, kept as 2026-03-31."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    return _no(path, "this is no date that exists. Write year, month, day: 2026-03-31.", faults)


def perhaps(reader: Reader) -> Reader:
    """The same, or nothing (null)."""
    return lambda value, path, faults: None if value is None else reader(value, path, faults)


def repeated(values: Sequence[Any], path: str, name: str) -> list[Fault]:
    """A fault for each value that stood earlier in the list."""
    seen: dict[Any, int] = {}
    faults = []
    for number, value in enumerate(values):
        if value in seen:
            says = f"{value!r} stands already at {path}[{seen[value]}]."
            faults.append(Fault(f"{path}[{number}].{name}", says))
        seen.setdefault(value, number)
    return faults


def _no(path: str, says: str, faults: list[Fault]) -> Any:
    faults.append(Fault(path, says))
    return WRONG


def _at(path: str, name: Any) -> str:
    shown = name if isinstance(name, str) and len(name) <= 60 else _short(name)
    return f"{path}.{shown}" if path else str(shown)


def _short(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:57]}…"
