"""Dating what was promised: 1.2 million instalments, against PostgreSQL taking the same rows in."""

import os
import subprocess
import sys
from collections.abc import Iterator

from django.db import connection

from payments.models import Award, Instalment
from payments.operations.granting import COPY, generate_schedules
from tests.benchmarks.crowd import a_crowd
from tests.benchmarks.harness import Contest, Reading, benchmark
from tests.factories import BY, NOON

AWARDS, COUNT = int(os.environ.get("CASHPILOT_BENCH_AWARDS", "100000")), 12
MEGABYTES_ALLOWED = 300


@benchmark("payments", "dating 100,000 awards x 12 / COPY of the rows", unit="µs a row", bar=2)
def dating() -> Contest:
    """Generating costs at most twice what PostgreSQL needs to copy the same rows in."""
    set_up(AWARDS)
    generate()
    rows = list(Instalment.objects.values_list(*COLUMNS))
    return Contest(
        ours=generate,
        floor=lambda: copy_in(rows),
        before_each=empty,
        per=len(rows),
        rounds=2,
    )


@benchmark("payments", "memory to date 100,000 awards", unit="MB", bar=1)
def memory() -> Reading:
    """At most 300 MB for the whole process, however many awards there are."""
    set_up(AWARDS)
    return Reading(peak_of_a_process(AWARDS), MEGABYTES_ALLOWED)


@benchmark("payments", "memory to date 100,000 awards / 10,000", unit="MB", bar=1.1)
def flatness() -> Reading:
    """Ten times as many awards take a tenth more memory at most."""
    set_up(AWARDS)
    few = peak_of_a_process(AWARDS // 10)
    empty()
    return Reading(peak_of_a_process(AWARDS), few)


COLUMNS = (
    "public_id",
    "award_id",
    "number",
    "kind",
    "due_date",
    "amount_minor",
    "promised_at",
    "state",
    "state_changed_at",
)


def set_up(awards: int) -> None:
    pilot = a_crowd(awards, promise=COUNT)
    Award.objects.update(terms=pilot.award_terms.get())
    empty()


def generate(awards: int = AWARDS) -> int:
    return generate_schedules(awards=stream(awards), by=BY, now=NOON)


def stream(awards: int) -> Iterator[Award]:
    found = Award.objects.select_related("terms", "enrolment__pilot").order_by("pk")
    return found[:awards].iterator(chunk_size=2_000)


def copy_in(rows: list[tuple]) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as out:
        for row in rows:
            out.write_row(row)


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET cashpilot.allow_truncate = 'on'; TRUNCATE payments_instalment CASCADE")


def peak_of_a_process(awards: int) -> float:
    """Megabytes of a fresh process that does nothing but date so many awards.

    Linux's own high-water mark of the program: `ru_maxrss` keeps that of whoever started it.
    """
    program = (
        "import django, pathlib, re; django.setup();"
        "from tests.benchmarks.payments_schedules import generate;"
        f"assert generate({awards}) == {awards * COUNT};"
        "status = pathlib.Path('/proc/self/status').read_text();"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1])"
    )
    settings = connection.settings_dict
    where = "{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings)
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DATABASE_URL": f"postgresql://{where}"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(run.stdout.split()[-1]) / 1024
