"""What a benchmark is, how its two sides are measured, and how the row is judged."""

import gc
import importlib
import pkgutil
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.clocks import CPU, Clock

AREAS = ("payments", "participants", "pages", "evaluation", "releases")
ROUNDS = 5
MICROSECONDS = 1e6


def nothing() -> None:
    """For a contest whose sides leave nothing behind."""


@dataclass(frozen=True)
class Contest:
    """Two ways to do the same on the same data.

    `per` is how many things one run does, `floor_per` the same for the floor where it differs;
    `before_each` is run before each run of either side, and not measured.
    """

    ours: Callable[[], object]
    floor: Callable[[], object]
    per: int = 1
    floor_per: int | None = None
    before_each: Callable[[], object] = nothing
    clock: Clock = CPU
    rounds: int = ROUNDS


@dataclass(frozen=True)
class Reading:
    """A figure that is read, not timed, and what it is held against."""

    figure: float
    against: float


@dataclass(frozen=True)
class Benchmark:
    area: str
    name: str
    unit: str
    bar: float
    prepare: Callable[[], Contest | Reading]


@dataclass(frozen=True)
class Row:
    """One line of the result: ours, the floor of the same run, and whether the bar is met."""

    area: str
    name: str
    figure: float
    unit: str
    against: float
    ratio: float
    bar: float
    met: bool

    def as_dict(self) -> dict:
        return asdict(self)


registered: list[Benchmark] = []


def benchmark(area: str, name: str, *, unit: str, bar: float):
    """Register the decorated function as the benchmark `name` of `area`."""
    if area not in AREAS:
        raise ValueError(f"{area!r} is not an area: choose from {', '.join(AREAS)}")

    def register(prepare: Callable[[], Contest | Reading]):
        registered.append(Benchmark(area, name, unit, bar, prepare))
        return prepare

    return register


def benchmarks_of(areas: tuple[str, ...]) -> list[Benchmark]:
    """The registered benchmarks of `areas`, in their order; loads `AREA.py` and `AREA_….py`."""
    here = str(Path(__file__).parent)
    files = sorted(found.name for found in pkgutil.iter_modules([here]))
    for name in files:
        if name.split("_")[0] in areas:
            importlib.import_module(f"{__package__}.{name}")
    return [one for area in areas for one in registered if one.area == area]


def run(one: Benchmark) -> Row:
    """Prepare and measure one benchmark."""
    prepared = one.prepare()
    reading = measured(prepared) if isinstance(prepared, Contest) else prepared
    return judged(one, reading)


def measured(contest: Contest) -> Reading:
    """Microseconds a thing of both sides: the medians of alternate runs, after one of each."""
    ours, floor = [], []
    for number in range(contest.rounds + 1):
        sides = [(contest.ours, contest.per, ours)]
        sides.append((contest.floor, contest.floor_per or contest.per, floor))
        for side, per, times in sides if number % 2 else reversed(sides):
            times.append(seconds_of(side, contest) / per * MICROSECONDS)
    return Reading(statistics.median(ours[1:]), statistics.median(floor[1:]))


def seconds_of(side: Callable[[], object], contest: Contest) -> float:
    contest.before_each()
    gc.collect()
    started = contest.clock()
    side()
    return contest.clock() - started


def judged(one: Benchmark, reading: Reading) -> Row:
    """The row of a reading. Held against nothing, the figure itself must not pass the bar."""
    ratio = reading.figure / reading.against if reading.against else reading.figure
    return Row(
        area=one.area,
        name=one.name,
        figure=reading.figure,
        unit=one.unit,
        against=reading.against,
        ratio=ratio,
        bar=one.bar,
        met=ratio <= one.bar,
    )
