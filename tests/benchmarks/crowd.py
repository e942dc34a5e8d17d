"""Many people at once, written straight into the tables: for measuring, not for testing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from participants.models import Enrolment, Participant, Pilot
from payments.models import Award, Instalment, PayRun, Recipient
from payments.sandbox import Sandbox
from tests.factories import NOON, a_pilot, an_approved_run

ONE = 36_000
BATCH = 5_000


def a_crowd(count: int, accounts: list[str] | None = None, *, promise: int = 1) -> Pilot:
    """A pilot with so many people, each promised some payments, of which one is due and dated."""
    terms = {"amount_minor": ONE, "count": promise, "budget_minor": ONE * promise * (count + 1)}
    pilot = a_pilot(name=f"{count} people", **terms)
    for start in range(0, count, BATCH):
        numbers = range(start, min(count, start + BATCH))
        names = (
            accounts[start : start + BATCH] if accounts else [f"acct_{count}_{n}" for n in numbers]
        )
        add_people(pilot, numbers, names)
    return pilot


def add_people(pilot: Pilot, numbers: range, accounts: list[str]) -> None:
    arm, fund = pilot.arms.get(code="cash"), pilot.funds.get()
    people = Participant.objects.bulk_create(
        Participant(name=f"Person {number}", created_at=NOON) for number in numbers
    )
    common = {"pilot": pilot, "arm": arm, "is_paid": True, "enrolled_on": NOON.date()}
    enrolments = Enrolment.objects.bulk_create(
        Enrolment(participant=one, code=f"P{number:06}", state_changed_at=NOON, **common)
        for one, number in zip(people, numbers, strict=True)
    )
    awards = Award.objects.bulk_create(
        Award(enrolment=one, fund=fund, currency="gbp", granted_at=NOON) for one in enrolments
    )
    Instalment.objects.bulk_create(
        Instalment(
            award=one, number=1, due_date=NOON.date(), amount_minor=ONE, state_changed_at=NOON
        )
        for one in awards
    )
    Recipient.objects.bulk_create(
        Recipient(enrolment=one, provider_account=account, status="ready")
        for one, account in zip(enrolments, accounts, strict=True)
    )


def an_approved_crowd(count: int, accounts: list[str]) -> PayRun:
    return an_approved_run(a_crowd(count, accounts))


@contextmanager
def a_sandbox_process(people: int, *options: str) -> Iterator[tuple[str, list[str]]]:
    """A sandbox in a process of its own, with money and ready accounts: its address and these."""
    with TemporaryDirectory(prefix="cashpilot-bench-") as home:
        state = str(Path(home) / "sandbox.sqlite3")
        accounts = fill(state, people)
        command = [sys.executable, "-m", "payments.sandbox", "--port", "0", "--state", state]
        process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, text=True, env=os.environ
        )
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1].removesuffix("/sandbox/"), accounts
        finally:
            process.terminate()
            process.wait(timeout=20)


def fill(state: str, people: int) -> list[str]:
    sandbox = Sandbox(state, limiter=False, floats={"gbp": ONE * 1_000_000})
    accounts = [sandbox.create_account("GB") for _ in range(people)]
    sandbox.stop()
    return accounts
