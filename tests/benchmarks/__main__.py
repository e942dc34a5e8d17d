"""Runs the benchmarks of one area, or of all, and says which bars are met."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cashpilot.runtime.postgres import Postgres
from cashpilot.runtime.words import say
from tests.benchmarks import clocks, harness
from tests.benchmarks.harness import AREAS, Row

MIGRATED = "bench"
HEADINGS = ("area", "name", "figure", "against", "unit", "ratio", "bar", "met")


def main(arguments: list[str] | None = None) -> None:
    """Measure, show the rows, and end with 1 if one is not met."""
    options = parsed(arguments)
    with a_server() as postgres:
        set_up(postgres)
        areas = (options.area,) if options.area else AREAS
        wanted = [one for one in harness.benchmarks_of(areas) if options.only in one.name]
        rows = [run_on_fresh_database(one) for one in wanted]
        leave_databases()
    say(table(rows))
    if options.json:
        written = json.dumps([row.as_dict() for row in rows], indent=2, ensure_ascii=False)
        options.json.write_text(written + "\n", encoding="utf-8")
    missed = [row.name for row in rows if not row.met]
    sys.exit(f"Not met: {', '.join(missed)}." if missed else 0)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Compare speed with floors.")
    parser.add_argument("area", nargs="?", choices=AREAS, help="measure this area only")
    parser.add_argument("--only", default="", metavar="WORDS", help="only rows named with these")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows to FILE")
    return parser.parse_args(arguments)


@contextmanager
def a_server() -> Iterator[Postgres]:
    """A PostgreSQL of our own without durability: both sides pay for work, not for disks."""
    with tempfile.TemporaryDirectory(prefix="cashpilot-bench-") as home:
        Path(home).chmod(0o755)
        postgres = Postgres(Path(home), durable=False, prefer_installed=True)
        try:
            yield postgres.start()
        finally:
            postgres.stop()


def set_up(postgres: Postgres) -> None:
    """Django on that server, with a migrated database to copy for each benchmark."""
    postgres.create_database(MIGRATED)
    os.environ["DATABASE_URL"] = postgres.url(MIGRATED)
    os.environ["DJANGO_SETTINGS_MODULE"] = "cashpilot.settings.test"
    os.environ[clocks.SERVER] = str(postgres.process.pid)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def run_on_fresh_database(one: harness.Benchmark) -> Row:
    """Run one benchmark on a copy of the migrated database, and show its row at once."""
    from django.db import connection

    use_database("postgres")
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS bench_copy WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE bench_copy TEMPLATE {MIGRATED}")
    use_database("bench_copy")
    say(f"[bench] {one.area}: {one.name} …")
    row = harness.run(one)
    say(f"[bench]   {'  '.join(cells(row)[2:])}")
    return row


def use_database(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


def leave_databases() -> None:
    from django.db import connections

    connections.close_all()


def table(rows: list[Row]) -> str:
    """The rows as a person reads them."""
    if not rows:
        return "There is no benchmark here yet."
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def cells(row: Row) -> tuple[str, ...]:
    numbers = (f"{row.figure:,.4g}", f"{row.against:,.4g}")
    verdict = "yes" if row.met else "NO"
    return (row.area, row.name, *numbers, row.unit, f"{row.ratio:.2f}", f"{row.bar:g}", verdict)


if __name__ == "__main__":
    main()
