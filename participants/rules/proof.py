"""Showing that a draw was as it says: its document, and drawing it again.

By itself, without a database or settings: `python -m participants.rules.proof draw.json`.
"""

import csv
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cashpilot.core.refusals import Invalid
from participants.rules.assignment import Entry, Outcome, draw
from participants.rules.design import Design, commitment_of, read_design

KIND = "cashpilot draw, version 1"
TEXTS = ("pilot", "commitment", "seed", "roster", "outcomes")
A_SEED = re.compile("[0-9a-f]{64}")
AGREES = "Every outcome follows from the seed, the design and the roster."
RESULT = ("code", "outcome", "arm", "position")


def roster_text(design: Design, roster: Iterable[Entry]) -> str:
    """The roster as a file: who was drawn, by code, with cluster and strata and without a name."""
    rows = [_row_of(design, one) for one in sorted(roster, key=lambda one: one.code)]
    return _table([("code", *design.columns), *rows])


def outcomes_text(outcomes: Iterable[Outcome]) -> str:
    """The outcomes as a file, by code."""
    rows = [(o.code, o.kind, o.arm, str(o.position or "")) for o in outcomes]
    return _table([RESULT, *sorted(rows)])


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_roster(design: Design, text: str) -> list[Entry]:
    """The roster in such a file; ValueError where it is none of this design."""
    header, *rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))] or [()]
    if header != ("code", *design.columns):
        raise ValueError(f"The roster's columns should be {', '.join(('code', *design.columns))}.")
    if short := next((n for n, row in enumerate(rows, 2) if len(row) != len(header)), 0):
        raise ValueError(f"Row {short} of the roster has another number of cells.")
    first = 2 if design.cluster else 1
    return [Entry(row[0], row[1] if design.cluster else "", row[first:]) for row in rows]


def document(
    *, pilot: str, commitment: str, design: Mapping[str, Any], seed: str, **made: Any
) -> dict[str, Any]:
    """Everything that somebody needs to draw again, and what they should find; `made` holds the
    roster, the outcomes as a file, and when things happened."""
    roster = roster_text(read_design(design), made.pop("roster"))
    said = {"kind": KIND, "pilot": pilot, "design": dict(design), "commitment": commitment}
    return {**said, "seed": seed, "roster": roster, **made}


def fault_in(said: Mapping[str, Any]) -> str:
    """The first thing in a draw's document that is not as the seed has it; empty if nothing is."""
    if missing := [field for field in TEXTS if not isinstance(said.get(field), str)]:
        return f"This is no document of a draw: it lacks {', '.join(missing)}."
    if not A_SEED.fullmatch(said["seed"]):
        return "The seed is no 64 hexadecimal digits."
    try:
        design, seed = read_design(said.get("design")), bytes.fromhex(said["seed"])
        if commitment_of(seed, design.as_bytes()) != said["commitment"]:
            return "Seed and design are not those that the commitment was made over."
        roster = read_roster(design, said["roster"])
        if roster_text(design, roster) != said["roster"]:
            return "The roster is not written in the order of its codes."
        drawn = outcomes_text(draw(design, seed, roster))
    except (Invalid, ValueError) as error:
        return str(error)
    return first_difference(said["outcomes"], drawn)


def first_difference(said: str, drawn: str) -> str:
    """The first row in which two files of outcomes differ, in words; empty if they are alike."""
    if said == drawn:
        return ""
    theirs, ours = said.split("\n"), drawn.split("\n")
    for row, (one, other) in enumerate(zip(theirs, ours, strict=False), start=1):
        if one != other:
            return f"Row {row} says “{one}”; the seed gives “{other}”."
    return f"The outcomes have {len(theirs) - 1} rows; the seed gives {len(ours) - 1}."


def _row_of(design: Design, one: Entry) -> tuple[str, ...]:
    return (one.code, *((one.cluster,) if design.cluster else ()), *one.strata)


def _table(rows: Iterable[Sequence[str]]) -> str:
    sheet = io.StringIO(newline="")
    csv.writer(sheet, lineterminator="\n").writerows(rows)
    return sheet.getvalue()


def main(path: str) -> None:
    """Check the document in a file; end with a sentence where something is not as it says."""
    if fault := fault_in(json.loads(Path(path).read_text(encoding="utf-8"))):
        sys.exit(fault)
    sys.stdout.write(AGREES + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
