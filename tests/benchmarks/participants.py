"""Participants: reading a file of people, and enrolling them."""

import csv
import io
from datetime import date

from participants.rules import read_people
from tests.benchmarks.harness import Contest, benchmark

ROWS = 5_000


@benchmark("participants", "reading a file of 5,000 people", unit="µs a row", bar=15)
def reading_a_file() -> Contest:
    """Checking every cell costs at most fifteen times what splitting the file costs."""
    raw = file_of(ROWS)

    def read() -> None:
        people, problems = read_people(
            raw, arms=["cash", "services"], languages=["en"], today=date(2026, 3, 31)
        )
        assert (len(people), problems) == (ROWS, [])

    return Contest(
        ours=read,
        floor=lambda: list(csv.reader(io.StringIO(raw.decode()))),
        per=ROWS,
    )


def file_of(rows: int) -> bytes:
    sheet = io.StringIO()
    write = csv.writer(sheet)
    write.writerow(["name", "arm", "consent_date", "code", "date_of_birth", "email", "phone"])
    for number in range(rows):
        arm = "cash" if number % 2 else "services"
        email = f"person{number}@example.net"
        write.writerow(
            [f"Person {number}", arm, "2026-03-01", f"C{number}", "1990-02-28", email, "07000"]
        )
    return sheet.getvalue().encode()
