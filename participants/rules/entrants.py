"""Who is put forward to a draw, as a form, a file or the API gives them."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cashpilot.core.refusals import Invalid
from participants.rules import (
    MOST_ROWS,
    Problem,
    check_birth,
    check_length,
    read_date,
    read_table,
)
from participants.rules.design import LONGEST_VALUE, Design

NEEDED = ("name", "consent_date")
WELCOME = ("code", "date_of_birth", "email", "phone", "language")


@dataclass(frozen=True)
class NewEntrant:
    """One person to put on the list, checked; `group` holds their cluster and strata by column."""

    name: str
    consent_date: date
    code: str = ""
    date_of_birth: date | None = None
    email: str = ""
    phone: str = ""
    language: str = "en"
    group: Mapping[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> tuple[str, date | str]:
        return mark_of(self.name, self.date_of_birth, self.email, self.consent_date)

    @property
    def is_told_apart(self) -> bool:
        """Whether nothing but a code of their own tells them from others of their name."""
        return bool(self.code) and not (self.date_of_birth or self.email)


def mark_of(
    name: str, date_of_birth: date | None, email: str, consent_date: date
) -> tuple[str, date | str]:
    """What two rows about one person share: the name, with the best of what else is known."""
    return name.casefold(), date_of_birth or email.casefold() or consent_date


def read_entrant(
    said: Mapping[str, Any], design: Design, *, languages: Container[str], today: date
) -> NewEntrant:
    """One person as they were written down, or a refusal that names the column."""
    texts = {
        column: check_length(said.get(column) or "", field=column)
        for column in ("name", "code", "email", "phone")
    }
    if not texts["name"]:
        raise Invalid("The name is empty. One name is enough.", field="name")
    if texts["email"] and "@" not in texts["email"]:
        raise Invalid("This is no email address, such as name@example.org.", field="email")
    birth, agreed = (_date(said, column) for column in ("date_of_birth", "consent_date"))
    check_birth(birth, today)
    if agreed is None or agreed > today:
        raise Invalid("Give the day they agreed, today or before.", field="consent_date")
    language = said.get("language") or "en"
    if language not in languages:
        raise Invalid(f"{language!r} is no language here.", field="language")
    return NewEntrant(
        **texts,
        consent_date=agreed,
        date_of_birth=birth,
        language=language,
        group={column: _group(said, column, design) for column in design.columns},
    )


def read_entrants(
    raw: bytes, design: Design, *, languages: Container[str], today: date
) -> tuple[list[tuple[int, NewEntrant]], list[Problem]]:
    """The people in a CSV file by row, and every problem in it by row and column."""
    table, problems = read_table(
        raw, required=(*NEEDED, *design.columns), optional=WELCOME, most=MOST_ROWS
    )
    rows = []
    for number, cells in table:
        try:
            rows.append((number, read_entrant(cells, design, languages=languages, today=today)))
        except Invalid as no:
            problems.append(Problem(number, no.field, str(no)))
    return rows, problems


def here_already(
    rows: Iterable[tuple[int, NewEntrant]], codes: set[str], marks: set[tuple]
) -> Iterable[Problem]:
    """Who in these rows is on the list already, or stands in them twice."""
    codes, marks = set(codes), set(marks)
    for number, one in rows:
        if one.code in codes:
            yield Problem(number, "code", f"{one.code!r} is somebody else's code here.")
        elif one.mark in marks and not one.is_told_apart:
            says = (
                "this person seems to be on the list already. If it is another, give "
                "them a code, or the birth date that tells them apart."
            )
            yield Problem(number, "name", says)
        codes |= {one.code} - {""}
        marks |= {one.mark}


def _date(said: Mapping[str, Any], column: str) -> date | None:
    value = said.get(column)
    try:
        return read_date(value) if isinstance(value, str) and value else value or None
    except ValueError as error:
        raise Invalid(str(error), field=column) from None


def _group(said: Mapping[str, Any], column: str, design: Design) -> str:
    value = str(said.get(column) or "").strip()
    known = next((one.values for one in design.strata if one.name == column), None)
    if known is not None and value not in known:
        raise Invalid(f"{value!r} is none of these: {', '.join(known)}.", field=column)
    if not 0 < len(value) <= LONGEST_VALUE:
        raise Invalid(f"Give 1 to {LONGEST_VALUE} characters.", field=column)
    return value
