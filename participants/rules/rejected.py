"""The rows that were not taken in, as a file that can be corrected and sent again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from cashpilot.core.spreadsheets import safe_cell
from participants.rules import Problem

HEADING = "Problem"
LEFT_OUT = "This row was left out: it may be somebody who is here already."


def rejected_rows(
    lines: Sequence[Sequence[str]],
    problems: Iterable[Problem],
    alike: Iterable[Mapping[str, Any]],
    left_out: Collection[str],
) -> list[list[str]]:
    """The heading and each row with a problem or left out, as it was, and in one more column what
    is wrong with it. Nothing in it is calculated by a spreadsheet."""
    says: dict[int, list[str]] = defaultdict(list)
    for one in problems:
        says[one.row].append(f"{one.column}: {one.says}" if one.column else one.says)
    for row in {one["row"] for one in alike if str(one["row"]) in left_out}:
        says[row].append(LEFT_OUT)
    head = [*lines[0], HEADING]
    rows = [[*lines[row - 1], " ".join(words)] for row, words in sorted(says.items()) if row > 1]
    return [[safe_cell(cell) for cell in row] for row in [head, *rows]]
