"""What people and staff write in their own words: lines kept, limits kept."""

from cashpilot.core.refusals import Invalid
from participants.rules import INVISIBLE, LONGEST


def check_words(text: str, *, field: str = "body") -> str:
    """The words with their lines, without invisible marks that turn their direction; a refusal
    where there are none, or too many."""
    words = text.translate(INVISIBLE).replace("\x00", "").strip()
    if not words:
        raise Invalid("Write a few words.", field=field)
    if len(words) > LONGEST[field]:
        raise Invalid(f"Write at most {LONGEST[field]} characters.", field=field)
    return words
