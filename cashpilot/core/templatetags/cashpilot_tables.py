"""What a table's template needs to lay out plain rows."""

from collections.abc import Iterable

from django import template

register = template.Library()


@register.filter
def beside(row: Iterable, columns: Iterable) -> list[tuple]:
    """Each cell of a row beside its column; a row of another length is a programmer's error."""
    return list(zip(row, columns, strict=True))


@register.filter
def said(cell: object) -> object:
    """What a cell says: its text where it is {text, …}, else the value itself."""
    return cell["text"] if isinstance(cell, dict) else cell
