"""Reading a file of people: bytes in, rows or problems out. No database, no clock."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cashpilot.core.refusals import Invalid
from cashpilot.core.spreadsheets import as_it_was
from participants.rules.sheets import Fault, Unreadable, lines_of

REQUIRED = ("name", "arm", "consent_date")
OPTIONAL = ("code", "date_of_birth", "email", "phone", "language")
MOST_ROWS = 20_000
LONGEST = {
    "name": 200,
    "code": 20,
    "email": 254,
    "phone": 30,
    "read_by": 120,
    "body": 5000,
    "words": 5000,
    "places": 5000,
    "held_with": 120,
    "programme": 80,
    "note": 500,
    "reason": 500,
    "reference": 100,
    "help_name": 80,
    "help_phone": 30,
    "help_hours": 80,
    "why_again": 200,
    "site_name": 80,
    "token_name": 80,
}
EARLIEST_BIRTH = date(1900, 1, 1)
HERE_ALREADY = (
    "This person seems to take part already, with the code {}. "
    "If this is somebody else, give them a code of their own."
)
DIRECTION_MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = dict.fromkeys(map(ord, DIRECTION_MARKS + "\u00ad\u200b\u2060\ufeff"))


@dataclass(frozen=True)
class Problem:
    """What is wrong in one cell of a file, in words for the person who made the file."""

    row: int
    column: str
    says: str

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "the file"
        return f"In {place}, column {self.column}: {self.says}" if self.column else self.says


@dataclass(frozen=True)
class PersonRow:
    """One person as the file gives them."""

    row: int
    name: str
    arm: str
    consent_date: date
    code: str = ""
    date_of_birth: date | None = None
    email: str = ""
    phone: str = ""
    language: str = "en"


def read_people(
    raw: bytes, *, arms: Iterable[str], languages: Iterable[str], today: date
) -> tuple[list[PersonRow], list[Problem]]:
    """The people in a CSV or XLSX file whose headings are our columns, and every problem in it by
    row and column.

    `arm` holds an arm's code; dates are 2026-03-31.
    """
    table, problems = read_table(raw, required=REQUIRED, optional=OPTIONAL, most=MOST_ROWS)
    people, found = _people_of(table, set(arms), set(languages), today)
    return people, problems + found


def people_in(
    lines: list[list[str]],
    columns: Sequence[str],
    *,
    arms: Iterable[str],
    languages: Iterable[str],
    today: date,
) -> tuple[list[PersonRow], list[Problem]]:
    """The people in lines whose headings somebody matched to our `columns`; what was matched to
    none is left out."""
    table, problems = _cells(columns, lines[1:])
    people, found = _people_of(table, set(arms), set(languages), today)
    return people, sorted(problems + found, key=lambda one: (one.row, one.column))


def read_table(
    raw: bytes, *, required: Iterable[str], optional: Iterable[str], most: int
) -> tuple[list[tuple[int, dict[str, str]]], list[Problem]]:
    """Rows of a file as (row number, cells by column), once its columns are known to be right."""
    try:
        lines = lines_of(raw)
    except Unreadable as error:
        return [], [Problem(0, "", str(error))]
    names = [name.strip().lower() for name in lines[0]]
    problems = list(_column_problems(names, set(required), set(optional)))
    problems += too_many(lines, most)
    if problems:
        return [], problems
    return _cells(names, lines[1:])


def too_many(lines: list[list[str]], most: int = MOST_ROWS) -> list[Problem]:
    """The problem of a file with more rows than are read at once."""
    is_too_long = len(lines) - 1 > most
    return [Problem(0, "", f"This file has more than {most:,} rows. Split it.")] * is_too_long


def _people_of(table, arms: set[str], languages: set[str], today: date):
    read = _person_reader(arms, languages, today)
    rows, problems = [], []
    for number, cells in table:
        person, found = read(number, cells)
        problems += found
        if person:
            rows.append(person)
    return rows, problems + _repeated(rows, "code") + _repeated(rows, "email")


def _column_problems(names: list[str], required: set[str], optional: set[str]):
    known = required | optional
    for name in sorted(required - set(names)):
        yield Problem(1, name, "this column is missing.")
    for name in sorted(set(names) - known):
        yield Problem(
            1, name or "(no name)", f"unknown column. Known ones: {', '.join(sorted(known))}."
        )
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield Problem(1, name, "this column stands twice.")


def _cells(names: Sequence[str], lines: list[list[str]]):
    table, problems = [], []
    for number, line in enumerate(lines, start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(names):
            says = f"{len(line)} cells where the first row names {len(names)} columns."
            problems.append(Problem(number, "(all)", says))
            continue
        cells = zip(names, line, strict=True)
        table.append((number, {name: _cleaned(cell) for name, cell in cells if name}))
    return table, problems


def _cleaned(cell: str) -> str:
    return cell if isinstance(cell, Fault) else clean(as_it_was(cell))


def clean(text: str) -> str:
    """Text as people mean it: no outer blanks, no invisible marks that turn its direction or make
    two of one name, and each letter with its accent in one piece."""
    return " ".join(unicodedata.normalize("NFC", text.translate(INVISIBLE)).split())


def read_date(text: str) -> date:
    """2026-03-31 → a date; ValueError with words a person can act on."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a date that exists. Write year, month, day: 2026-03-31."
        ) from None


def _person_reader(arms: set[str], languages: set[str], today: date):
    def past(text: str) -> date:
        day = read_date(text)
        if day > today:
            raise ValueError(f"{text} is in the future.")
        return day

    def birth(text: str) -> date:
        day = past(text)
        if day < EARLIEST_BIRTH:
            raise ValueError(f"{text} is before {EARLIEST_BIRTH.year}.")
        return day

    def one_of(known: set[str], what: str) -> Callable[[str], str]:
        def read(text: str) -> str:
            if text not in known:
                raise ValueError(f"{text!r} is no {what} here. Use {', '.join(sorted(known))}.")
            return text

        return read

    readers: dict[str, Callable[[str], Any]] = {
        "arm": one_of(arms, "arm"),
        "consent_date": past,
        "date_of_birth": birth,
        "language": one_of(languages, "language"),
        "email": _email,
    }
    return lambda number, cells: _read_person(number, cells, readers)


def _read_person(number: int, cells: dict[str, str], readers):
    values: dict[str, Any] = {"row": number}
    problems = []
    for column, text in cells.items():
        if not text:
            if column in REQUIRED:
                problems.append(Problem(number, column, "this is empty. It is needed."))
            continue
        if isinstance(text, Fault):
            problems.append(Problem(number, column, str(text)))
            continue
        if len(text) > LONGEST.get(column, 200):
            problems.append(Problem(number, column, f"longer than {LONGEST.get(column, 200)}."))
            continue
        try:
            values[column] = readers.get(column, str)(text)
        except ValueError as error:
            problems.append(Problem(number, column, str(error)))
    return (None, problems) if problems else (PersonRow(**values), [])


def _email(text: str) -> str:
    user, at, host = text.partition("@")
    if not (user and at and "." in host) or " " in text:
        raise ValueError(f"{text!r} is not an email address, such as name@example.org.")
    return text


def _repeated(rows: list[PersonRow], column: str) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for one in rows:
        value = getattr(one, column).casefold()
        if value and value in first:
            says = f"the same {column} stands in row {first[value]}."
            problems.append(Problem(one.row, column, says))
        first.setdefault(value, one.row)
    return problems


def check_choice(value: str, known: Iterable[str], *, field: str) -> str:
    """The value, if it is one of the known; else a refusal that lists them."""
    if value not in known:
        raise Invalid(f"{value!r} is none of these: {', '.join(known)}.", field=field)
    return value


def check_length(text: str, *, field: str) -> str:
    """Text as people mean it, if it keeps its field's limit; else a refusal that states it."""
    text = clean(text)
    if len(text) > LONGEST[field]:
        raise Invalid(f"Write at most {LONGEST[field]} characters.", field=field)
    return text


def check_birth(day: date | None, today: date) -> None:
    """Refuse a birth date that nobody alive can have; not knowing it is no fault."""
    if day and day > today:
        raise Invalid("The date of birth is in the future.", field="date_of_birth")
    if day and day < EARLIEST_BIRTH:
        raise Invalid(f"{day.isoformat()} is before {EARLIEST_BIRTH.year}.", field="date_of_birth")


def check_body(body: str) -> str:
    """The words of a text, its lines kept; a refusal where there are none, or too many."""
    body = body.strip()
    if not body:
        raise Invalid("Write the words that people agree to.", field="body")
    if len(body) > LONGEST["body"]:
        raise Invalid(f"Write at most {LONGEST['body']} characters.", field="body")
    return body


def check_reader(how: str, read_by: str) -> str:
    """Who read the words to a person; an interpreter has to be named."""
    read_by = check_length(read_by, field="read_by")
    if how == "read-aloud" and not read_by:
        raise Invalid("Say who read it aloud.", field="read_by")
    return read_by
