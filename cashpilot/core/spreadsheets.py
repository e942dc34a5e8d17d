"""Text for spreadsheets, which calculate what begins like a formula."""

from typing import Any

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:
    """The value, unless it is text that a spreadsheet would calculate: that gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_BEGINS_A_FORMULA):
        return f"'{value}"
    return value


def as_it_was(text: str) -> str:
    """Text without the apostrophe that `safe_cell` gave it."""
    is_ours = text.startswith("'") and text[1:].startswith(_BEGINS_A_FORMULA)
    return text[1:] if is_ours else text
