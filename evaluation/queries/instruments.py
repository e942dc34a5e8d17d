"""The instruments that answers are given to.

Pandas stands behind them, and is loaded when it is first needed: the web starts without it.
"""

from functools import cache
from typing import TYPE_CHECKING

from cashpilot.core.refusals import Invalid

if TYPE_CHECKING:
    from evaluation.instruments import Instrument, Registry


@cache
def registry() -> "Registry":
    """Every version of every instrument, by (id, version)."""
    from evaluation.instruments import load_registry

    return load_registry()


def instruments() -> "dict[str, Instrument]":
    """The newest version of each instrument, by id: what new answers are held against."""
    ordered = sorted(registry().values(), key=lambda one: (one.id, _order(one.version)))
    return {one.id: one for one in ordered}


def instrument_called(name: str) -> "Instrument":
    """One instrument by its id, or a refusal that lists those there are."""
    known = instruments()
    if name not in known:
        raise Invalid(
            f"There is no instrument {name!r}. There are: {', '.join(known)}.", field="instrument"
        )
    return known[name]


def _order(version: str) -> tuple[int, str]:
    return (int(version), "") if version.isdigit() else (0, version)
