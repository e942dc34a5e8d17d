"""Whose heading means which of our columns."""

from collections.abc import Mapping, Sequence

from participants.rules import OPTIONAL, REQUIRED

COLUMNS = (*REQUIRED, *OPTIONAL)
ALSO_CALLED = {
    "name": ("full name", "person", "participant", "participant name", "client name"),
    "arm": ("group", "arm code", "allocation", "allocated to"),
    "consent_date": ("date of consent", "consented on", "consent", "agreed on", "consent given"),
    "code": ("id", "reference", "ref", "participant id", "participant code", "client id"),
    "date_of_birth": ("dob", "birth date", "birthdate", "born", "born on", "birthday"),
    "email": ("e mail", "email address", "e mail address", "mail"),
    "phone": ("telephone", "mobile", "mobile number", "phone number", "tel", "contact number"),
    "language": ("preferred language", "language spoken", "reads"),
}
_MEANT = {other: ours for ours, others in ALSO_CALLED.items() for other in others}


def plain(heading: str) -> str:
    """A heading as it is remembered: lower case, words apart by one blank."""
    kept = "".join(sign if sign.isalnum() else " " for sign in heading.casefold())
    return " ".join(kept.split())


def guessed(headings: Sequence[str], remembered: Mapping[str, str]) -> list[str]:
    """Our column for each heading, or nothing: what somebody said of it before, else its own name,
    else what such headings usually mean. Each of ours is taken once."""
    found: list[str] = []
    for heading in headings:
        word = plain(heading)
        ours = remembered.get(word)
        if ours is None:
            own = word.replace(" ", "_")
            ours = own if own in COLUMNS else _MEANT.get(word, "")
        found.append(ours if ours not in found else "")
    return found


def is_sure(headings: Sequence[str], remembered: Mapping[str, str]) -> bool:
    """Whether nobody has to be asked: each heading is a column's own name, or was decided on."""
    words = [plain(one) for one in headings]
    known = all(word in remembered or word.replace(" ", "_") in COLUMNS for word in words)
    columns = guessed(headings, remembered)
    return known and not set(REQUIRED) - set(columns) and len(set(words)) == len(words)


def missing(columns: Sequence[str]) -> list[str]:
    """The columns that are needed and that no heading was matched to."""
    return [one for one in REQUIRED if one not in columns]


def taken_twice(columns: Sequence[str]) -> list[str]:
    """Columns of ours that more than one heading was matched to."""
    given = [one for one in columns if one]
    return sorted({one for one in given if given.count(one) > 1})
