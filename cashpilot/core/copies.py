"""Everything that is kept about one person, as they may have it: opened, with words for columns.

What is walked is what an erasure walks. Of other people nothing is in it: staff are their ids, and
what stands elsewhere and only quotes the person stays out, because it is about others too.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import JSONField, Model

from cashpilot.core.encrypted_fields import BlindIndexField
from cashpilot.core.models import User
from cashpilot.core.personal import rows_to_show
from cashpilot.core.privacy import term_of

Table = dict[str, Any]


def everything_about(person: Model, now: datetime) -> dict[str, Any]:
    """All tables with rows about a person, nearest first; times as they are, keys left out."""
    tables = [_table(model, rows) for model, rows in rows_to_show(person)]
    return {
        "made_at": now.isoformat(timespec="seconds"),
        "about": getattr(person, "public_id", str(person.pk)),
        "tables": [one for one in tables if one["rows"]],
    }


def _table(model: Any, rows: Any) -> Table:
    fields = list(_columns(model))
    relations = [field.name for field in fields if field.is_relation]
    return {
        "name": str(model._meta.verbose_name),
        "model": model._meta.label,
        "kept": str(term_of(model).words),
        "rows": [
            {field.name: _said(row, field) for field in fields}
            for row in rows.select_related(*relations).order_by("pk")
        ],
    }


def _columns(model: Any) -> Iterator[Any]:
    for field in model._meta.fields:
        if not (field.primary_key or isinstance(field, BlindIndexField)):
            yield field


def _said(row: Any, field: Any) -> Any:
    """A value as a person reads it and a machine can keep it."""
    value = getattr(row, field.name)
    if isinstance(value, User):
        return value.public_id
    if value is None or isinstance(field, JSONField) or isinstance(value, bool | int):
        return value
    if field.choices:
        value = getattr(row, f"get_{field.name}_display")()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
