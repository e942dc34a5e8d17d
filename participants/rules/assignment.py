"""Drawing people into arms: design, seed and roster in, what the lot gave each of them out.

The same three give the same outcomes always and everywhere, in whatever order the roster comes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cashpilot.core.refusals import Invalid
from participants.rules.design import Design
from participants.rules.lots import Stream, apportion, in_order
from participants.rules.minimising import minimised

ARM, WAITING, NOT_IN_STUDY = "arm", "waiting", "not_in_study"
Cell = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One person on the roster: an opaque code, what cluster they are of, and their strata."""

    code: str
    cluster: str = ""
    strata: Cell = ()


@dataclass(frozen=True)
class Outcome:
    """What the lot gave one person: an arm, a position on the waiting list, or neither."""

    code: str
    kind: str
    arm: str = ""
    position: int = 0


def draw(design: Design, seed: bytes, roster: Sequence[Entry]) -> list[Outcome]:
    """Everybody's outcome, by code.

    1. People become units: themselves, or what they share.
    2. Where places are few, each stratum gets its share of them, and lots decide who has one.
    3. Whoever has a place is drawn into an arm; the next are the waiting list, in their order.
    """
    units = units_of(design, roster)
    placed, others = _with_places(design, seed, units)
    arms = METHODS[design.method](design, seed, placed)
    waiting = {unit: n for n, unit in enumerate(others[: design.waiting], start=1)}
    outcomes = [_outcome(one.code, _unit(design, one), arms, waiting) for one in roster]
    return sorted(outcomes, key=lambda one: one.code)


def units_of(design: Design, roster: Iterable[Entry]) -> dict[str, Cell]:
    """What is drawn, by name, with its strata; a cluster whose people differ in them is refused."""
    units: dict[str, Cell] = {}
    codes: set[str] = set()
    for one in roster:
        if one.code in codes:
            raise Invalid(f"The code {one.code} stands twice.", field="code")
        codes.add(one.code)
        name = _unit(design, one)
        if units.setdefault(name, one.strata) != one.strata:
            raise Invalid(
                f"People of {name!r} are drawn together, so they share their strata.",
                field=design.cluster,
            )
    return units


def _unit(design: Design, one: Entry) -> str:
    return one.cluster if design.cluster else one.code


def _with_places(
    design: Design, seed: bytes, units: Mapping[str, Cell]
) -> tuple[dict[str, Cell], list[str]]:
    """The units that have a place, and the others by their lots."""
    if not 0 < design.places < len(units):
        return dict(units), []
    placed: dict[str, Cell] = {}
    by_cell = _by_cell(units)
    sizes = {cell: len(names) for cell, names in by_cell.items()}
    shares = apportion(design.places, sizes, Stream(seed, "shares"))
    for cell, names in by_cell.items():
        chosen = in_order(seed, names, "places", *cell)[: shares[cell]]
        placed |= dict.fromkeys(chosen, cell)
    return placed, in_order(seed, units.keys() - placed.keys(), "waiting")


def _simple(design: Design, seed: bytes, units: Mapping[str, Cell]) -> dict[str, str]:
    """Each unit by itself: the numbers come out as chance has it."""
    return {unit: Stream(seed, "simple", unit).one_of(design.ratios) for unit in units}


def _counted(design: Design, seed: bytes, units: Mapping[str, Cell]) -> dict[str, str]:
    """In each stratum just as many of each arm as the ratios say, to the nearest whole unit."""
    arms: dict[str, str] = {}
    for cell, names in _by_cell(units).items():
        shares = apportion(len(names), design.ratios, Stream(seed, "counts", *cell))
        row = [arm for arm, share in shares.items() for _ in range(share)]
        arms |= zip(in_order(seed, names, "arms", *cell), row, strict=True)
    return arms


def _in_blocks(design: Design, seed: bytes, units: Mapping[str, Cell]) -> dict[str, str]:
    """In each stratum, blocks of drawn sizes; each holds the arms in their ratios, shuffled."""
    arms: dict[str, str] = {}
    for cell, names in _by_cell(units).items():
        stream, row = Stream(seed, "blocks", *cell), list[str]()
        while len(row) < len(names):
            times = design.blocks[stream.below(len(design.blocks))]
            block = [arm for arm, ratio in design.ratios.items() for _ in range(ratio * times)]
            row += stream.shuffled(block)
        arms |= zip(in_order(seed, names, "arms", *cell), row, strict=False)
    return arms


def _minimised(design: Design, seed: bytes, units: Mapping[str, Cell]) -> dict[str, str]:
    order = in_order(seed, units, "arms")
    return minimised(
        [(unit, units[unit]) for unit in order],
        ratios=design.ratios,
        coin=design.coin,
        stream=Stream(seed, "minimising"),
    )


METHODS: dict[str, Callable[[Design, bytes, Mapping[str, Cell]], dict[str, str]]] = {
    "simple": _simple,
    "counted": _counted,
    "blocks": _in_blocks,
    "minimised": _minimised,
}


def _by_cell(units: Mapping[str, Cell]) -> dict[Cell, list[str]]:
    """Units by what they have in common, cells in the order of their values."""
    cells: dict[Cell, list[str]] = defaultdict(list)
    for unit, cell in units.items():
        cells[cell].append(unit)
    return dict(sorted(cells.items()))


def _outcome(code: str, unit: str, arms: Mapping[str, str], waiting: Mapping[str, int]) -> Outcome:
    if unit in arms:
        return Outcome(code, ARM, arm=arms[unit])
    if unit in waiting:
        return Outcome(code, WAITING, position=waiting[unit])
    return Outcome(code, NOT_IN_STUDY)
