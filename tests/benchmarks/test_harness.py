"""The bench: alternate sides, medians, a row with its eight keys, and an exit code that tells."""

import json

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks import clocks, harness
from tests.benchmarks.harness import Benchmark, Contest, Reading, Row, benchmark


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds

    def side(self, *durations):
        """A side whose runs take `durations`, one after another, and the last one for ever."""
        left = list(durations)

        def run():
            self.seconds += left.pop(0) if len(left) > 1 else left[0]

        return run


def a_benchmark(prepare=None, *, bar=1.5):
    return Benchmark("payments", "claim of 100", "µs a row", bar, prepare)


def a_row(**overrides):
    facts = {
        "area": "payments",
        "name": "claim of 100",
        "figure": 42.0,
        "unit": "µs a row",
        "against": 40.0,
        "ratio": 1.05,
        "bar": 1.5,
        "met": True,
    }
    return Row(**(facts | overrides))


def test_a_row_holds_the_medians_without_the_first_run():
    clock = Clock()
    contest = Contest(
        ours=clock.side(90, 4, 5, 6, 7, 80), floor=clock.side(90, 2, 2, 2, 2, 2), clock=clock
    )

    reading = harness.measured(contest)

    assert reading == Reading(figure=6e6, against=2e6)


def test_a_figure_is_for_one_thing_on_either_side():
    clock = Clock()
    contest = Contest(ours=clock.side(10), floor=clock.side(30), per=10, floor_per=30, clock=clock)

    assert harness.measured(contest) == Reading(figure=1e6, against=1e6)


def test_sides_alternate_and_what_prepares_them_is_not_measured():
    clock, order = Clock(), []
    contest = Contest(
        ours=lambda: order.append("ours"),
        floor=lambda: order.append("floor"),
        before_each=clock.side(100),
        clock=clock,
        rounds=2,
    )

    reading = harness.measured(contest)

    assert order == ["floor", "ours", "ours", "floor", "floor", "ours"]
    assert reading == Reading(figure=0, against=0)


@pytest.mark.parametrize(
    ("figure", "against", "bar", "ratio", "met"),
    [(3, 2, 1.5, 1.5, True), (3.1, 2, 1.5, 1.55, False), (0, 0, 0, 0, True), (1, 0, 0, 1, False)],
)
def test_a_row_is_met_up_to_its_bar(figure, against, bar, ratio, met):
    row = harness.judged(a_benchmark(bar=bar), Reading(figure, against))

    assert row.ratio == pytest.approx(ratio)
    assert row.met is met


def test_a_row_has_the_eight_keys_in_their_order():
    assert list(a_row().as_dict()) == [
        *("area", "name", "figure", "unit", "against", "ratio", "bar", "met")
    ]


def test_a_benchmark_is_registered_under_its_area(monkeypatch):
    monkeypatch.setattr(harness, "registered", [])

    @benchmark("releases", "nothing at all", unit="µs", bar=1.0)
    def nothing_at_all():
        return Reading(1, 1)

    assert nothing_at_all in [one.prepare for one in harness.benchmarks_of(("releases",))]
    with pytest.raises(ValueError, match="'money' is not an area"):
        benchmark("money", "x", unit="µs", bar=1.0)


def test_the_table_says_which_bar_is_not_met():
    lines = bench.table([a_row(), a_row(name="slow", figure=90.0, ratio=2.25, met=False)])

    assert lines.splitlines()[0].split() == list(bench.HEADINGS)
    assert lines.splitlines()[1].endswith("yes")
    assert lines.splitlines()[2].endswith("2.25   1.5  NO")


@pytest.fixture
def without_server(monkeypatch, tmp_path):
    """The command with two rows that need no database, one met and one not."""
    rows = {"quick": Reading(1, 1), "slow": Reading(3, 1)}
    registered = [
        Benchmark("payments", name, "µs", 1.5, lambda reading=reading: reading)
        for name, reading in rows.items()
    ]
    monkeypatch.setattr(bench, "set_up", lambda postgres: None)
    monkeypatch.setattr(bench, "leave_databases", lambda: None)
    monkeypatch.setattr(bench, "run_on_fresh_database", harness.run)
    monkeypatch.setattr(harness, "benchmarks_of", lambda areas: registered)
    return tmp_path / "rows.json"


def test_the_command_writes_its_rows_and_fails_when_one_is_not_met(without_server, capsys):
    with pytest.raises(SystemExit, match=r"^Not met: slow\.$"):
        bench.main(["payments", "--json", str(without_server)])

    written = json.loads(without_server.read_text(encoding="utf-8"))
    assert [(row["name"], row["met"]) for row in written] == [("quick", True), ("slow", False)]
    assert "slow" in capsys.readouterr().out


def test_an_area_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench.main(["money"])

    assert "invalid choice: 'money'" in capsys.readouterr().err


def test_work_of_the_database_server_counts(monkeypatch, open_folder):
    import psycopg

    from cashpilot.runtime.postgres import Postgres

    server = Postgres(open_folder, durable=False).start()
    monkeypatch.setenv(clocks.SERVER, str(server.process.pid))
    try:
        with psycopg.connect(server.url()) as connection:
            connection.execute("SELECT 1")
            before = clocks.server_cpu_seconds()
            connection.execute("SELECT sum(sqrt(n)) FROM generate_series(1, 1000000) n")

            assert clocks.server_cpu_seconds() - before > 0.02
    finally:
        server.stop()
