"""Participants: checking and adding a file of 20,000 people, and finding people who came in twice."""

import resource
import subprocess
import sys
import time

from django.utils import timezone

from cashpilot.intake_journeys import work_on
from participants.operations import intakes
from participants.rules.likeness import pairs_among
from participants.rules.sheets import lines_of
from tests.benchmarks.harness import Contest, Reading, benchmark
from tests.benchmarks.participants import file_of
from tests.factories import BY, a_pilot
from tests.participants.truth import people
from tests.participants.workbooks import a_workbook

MANY = 20_000
CROWD = 100_000
MINUTE = 60


@benchmark("participants", "checking and adding a file of 20,000 people", unit="s", bar=2 * MINUTE)
def a_whole_file() -> Reading:
    """With each person's consent and twelve dated payments for half of them, in one transaction,
    within two minutes."""
    pilot = a_pilot(count=12, budget_minor=10**12)
    raw = file_of(MANY).replace(b",07000", b",")
    who = {"by": BY, "now": timezone.now()}
    started = time.monotonic()
    intake = intakes.take_in(pilot=pilot, file_name="people.csv", raw=raw, **who)
    work_on(intake=intake, **who)
    intake.refresh_from_db()
    rows = {one["row"] for one in intake.alike}
    intakes.answer_alike(intake=intake, answers=dict.fromkeys(rows, "different"), **who)
    intakes.begin_adding(intake=intake, **who)
    work_on(intake=intake, **who)
    took = time.monotonic() - started
    assert pilot.enrolments.count() == MANY
    return Reading(took, 0)


@benchmark("participants", "memory for a workbook of 20,000 people", unit="MB", bar=300)
def a_workbook_in_memory() -> Reading:
    """Reading it takes at most 300 MB in a process of its own."""
    measure = (
        "import resource;"
        "from tests.benchmarks.participants_intakes import read_a_workbook;"
        "read_a_workbook();"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    run = subprocess.run([sys.executable, "-c", measure], capture_output=True, text=True, check=True)
    return Reading(float(run.stdout), 0)
