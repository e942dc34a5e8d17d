"""Reading answers from a file: bytes in, answers or problems out."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from participants.rules import Problem, read_date, read_table

if TYPE_CHECKING:
    from evaluation.instruments import Instrument

REQUIRED = ("code", "wave", "instrument", "item", "value", "answered_on")
OPTIONAL = ("mode",)
MODES = ("self", "interviewer", "imported")
MOST_ROWS = 100_000
_WHOLE = re.compile(r"-?[0-9]{1,9}")

Question = tuple[str, int, str, str]


@dataclass(frozen=True)
class Answer:
    """One answer as it was handed in; `row` is where it stands there."""

    row: int
    code: str
    wave: int
    instrument: str
    item: str
    value: int
    answered_on: date
    mode: str = "imported"

    @property
    def question(self) -> Question:
        """What was asked of whom, and when: it has one answer."""
        return self.code, self.wave, self.instrument, self.item


@dataclass(frozen=True)
class Known:
    """What answers are held against. `recorded` has the answers that stand already."""

    today: date
    codes: Container[str]
    consenting: Container[str]
    waves: Container[int]
    instruments: Mapping[str, "Instrument"]
    recorded: Mapping[Question, int] = field(default_factory=dict)


def read_answers(raw: bytes) -> tuple[list[Answer], list[Problem]]:
    """The answers in a CSV file that can be read, and every cell that cannot, by row and column.

    The first row holds the column names REQUIRED and, if wanted, OPTIONAL; dates are 2026-03-31.
    """
    table, problems = read_table(raw, required=REQUIRED, optional=OPTIONAL, most=MOST_ROWS)
    answers = []
    for row, cells in table:
        answer, found = _read(row, cells)
        problems += found
        answers += [answer] if answer else []
    if not answers and not problems:
        problems = [Problem(0, "", "This file has column names and no answers.")]
    return answers, problems


def problems_in(answers: Iterable[Answer], known: Known) -> list[Problem]:
    """Everything that keeps these answers from being recorded, by row and column.

    The same answer to the same question again, handed in later, is no problem; another one is.
    """
    first: dict[Question, int] = {}
    problems = []
    for answer in answers:
        problems += [Problem(answer.row, *found) for found in _faults_of(answer, known)]
        if answer.question in first:
            says = f"the same question is answered in row {first[answer.question]}."
            problems.append(Problem(answer.row, "item", says))
        first.setdefault(answer.question, answer.row)
    return problems


def _faults_of(answer: Answer, known: Known) -> Iterator[tuple[str, str]]:
    if answer.code not in known.codes:
        yield "code", f"{answer.code!r} is nobody's code in this pilot."
    elif answer.code not in known.consenting:
        yield (
            "code",
            f"{answer.code!r} has no consent to research in force, so nothing they said is kept.",
        )
    if answer.wave not in known.waves:
        yield "wave", f"this pilot has no wave {answer.wave}. Open it first."
    if answer.answered_on > known.today:
        yield "answered_on", f"{answer.answered_on} is in the future."
    yield from _value_faults(answer, known.instruments.get(answer.instrument))
    if known.recorded.get(answer.question, answer.value) != answer.value:
        yield "value", "another answer to this question is recorded. It is not overwritten."


def _value_faults(answer: Answer, instrument: "Instrument | None") -> Iterator[tuple[str, str]]:
    if instrument is None:
        yield "instrument", f"there is no instrument {answer.instrument!r}."
        return
    if answer.item not in instrument.keys:
        items = ", ".join(instrument.keys)
        yield "item", f"{instrument.id} has no item {answer.item!r}. It has: {items}."
    if not instrument.low <= answer.value <= instrument.high:
        yield (
            "value",
            f"{answer.value} is out of range: {instrument.low} to {instrument.high} is possible.",
        )


def _read(row: int, cells: Mapping[str, str]) -> tuple[Answer | None, list[Problem]]:
    values: dict[str, Any] = {"row": row}
    problems = []
    for column, text in cells.items():
        if not text:
            if column in REQUIRED:
                says = "this is empty. Leave the row out where nothing was answered."
                problems.append(Problem(row, column, says))
            continue
        try:
            values[column] = _READERS.get(column, str)(text)
        except ValueError as error:
            problems.append(Problem(row, column, str(error)))
    return (None, problems) if problems else (Answer(**values), [])


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a whole number.")
    return int(text)


def _mode(text: str) -> str:
    if text not in MODES:
        raise ValueError(f"{text!r} is no mode. Use {', '.join(MODES)}.")
    return text


_READERS = {"wave": _whole, "value": _whole, "answered_on": read_date, "mode": _mode}
