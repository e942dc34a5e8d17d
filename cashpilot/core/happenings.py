"""One line of a person's timeline, as every app tells its own part of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Happening:
    """What happened, when, by whom and why; `own` says it to the person, and where it is empty
    they are not told by this page."""

    kind: str
    at: datetime
    by: str
    what: Any
    why: str = ""
    own: Any = ""
    own_words: str = ""
