"""Participants: checking and adding a file of 20,000 people, and finding who came in twice."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection
from django.utils import timezone

from cashpilot.intake_journeys import work_on
from participants.models import Pilot
from participants.operations import intakes
from participants.rules.likeness import pairs_among
from tests.benchmarks.harness import Reading, benchmark
from tests.factories import BY, a_pilot
from tests.participants.truth import people
from tests.participants.workbooks import a_workbook

MANY = 20_000
CROWD = 100_000
HEADINGS = ["name", "arm", "consent_date", "code", "date_of_birth", "email", "phone"]


@benchmark("participants", "20,000 people from a workbook", unit="s", bar=120)
def a_whole_file() -> Reading:
    """Read, checked, compared, and added with consent and twelve dated payments each, in one
    transaction: within two minutes."""
    workbook()
    return Reading(measured()[0], 0)


@benchmark("participants", "memory for 20,000 people from a workbook", unit="MB", bar=1)
def memory() -> Reading:
    """At most 500 MB for the whole worker."""
    workbook()
    return Reading(measured()[1], 500)


@benchmark("participants", "finding who came in twice among 100,000", unit="s", bar=60)
def finding() -> Reading:
    """Everybody is held against everybody within a minute."""
    crowd = [one.as_person(place) for place, one in enumerate(people(CROWD)[0])]
    started = time.process_time()
    assert list(pairs_among(crowd))
    return Reading(time.process_time() - started, 0)


@benchmark("participants", "people who came in twice and are not found", unit="share", bar=0.35)
def missed() -> Reading:
    """Of 5,000 among 100,000, written differently the second time; most of the rest have neither a
    birth date nor a contact in common."""
    found, truth = answer()
    return Reading(1 - len(found & truth) / len(truth), 0)


@benchmark("participants", "pairs shown that are two people", unit="share", bar=0.12)
def false_alarms() -> Reading:
    """Of the pairs that somebody has to look at."""
    found, truth = answer()
    return Reading(1 - len(found & truth) / len(found), 0)


def answer() -> tuple[set, set]:
    folk, truth = people(CROWD)
    crowd = [one.as_person(place) for place, one in enumerate(folk)]
    return {(a, b) for a, b, _ in pairs_among(crowd)}, truth


def workbook() -> None:
    """A pilot, and a workbook of people for it, kept where a process of its own finds it."""
    a_pilot(count=12, budget_minor=10**12)
    folk, _ = people(MANY, doubles=0)
    rows = [
        [one.name, "cash", "2026-03-01", f"C{number}", one.born and f"{one.born}", "", one.phone]
        for number, one in enumerate(folk)
    ]
    kept().write_bytes(a_workbook(*rows, headings=HEADINGS))


def kept() -> Path:
    return Path(tempfile.gettempdir()) / f"cashpilot-{connection.settings_dict['NAME']}.xlsx"


def take_everybody_in() -> None:
    """What a worker and a member of staff do together with one file."""
    pilot = Pilot.objects.get()
    who = {"by": BY, "now": timezone.now()}
    intake = intakes.take_in(pilot=pilot, file_name="a.xlsx", raw=kept().read_bytes(), **who)
    work_on(intake=intake, **who)
    intake.refresh_from_db()
    rows = {one["row"] for one in intake.alike}
    intakes.answer_alike(intake=intake, answers=dict.fromkeys(rows, "different"), **who)
    intakes.begin_adding(intake=intake, **who)
    work_on(intake=intake, **who)
    intake.refresh_from_db()
    assert (intake.state, pilot.enrolments.count()) == ("added", MANY), intake.refusal


def measured() -> tuple[float, float]:
    """Seconds and megabytes of a fresh process that does this; Linux's own high-water mark."""
    program = (
        "import django, pathlib, re, time; django.setup();"
        "from tests.benchmarks.participants_intakes import take_everybody_in;"
        "started = time.monotonic(); take_everybody_in();"
        "took = time.monotonic() - started;"
        "status = pathlib.Path('/proc/self/status').read_text();"
        "print(took, re.search(r'VmHWM:\\s+(\\d+) kB', status)[1])"
    )
    where = "{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DATABASE_URL": f"postgresql://{where}"},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kilobytes = run.stdout.split()[-2:]
    kept().unlink()
    return float(seconds), int(kilobytes) / 1024
