"""Taking a person out of the database, as the classes `Privacy` say; the accounts stay."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, JSONField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from cashpilot.core.audit import ERASED_DETAIL
from cashpilot.core.database import OPEN_PERSONAL_COLUMNS
from cashpilot.core.encrypted_fields import BlindIndexField, EncryptedBytesField, Sealed
from cashpilot.core.models import AuditEvent
from cashpilot.core.personal import names_of, rows_about, rows_to_show, words_about
from cashpilot.core.privacy import ERASED, term_of, why_it_stays

NO_DATE = date(1900, 1, 1)


@dataclass(frozen=True)
class Share:
    """What an erasure does to the rows of one model: what goes out of them, and what stays."""

    model: Any
    rows: int
    goes: list[str]
    stays: dict[str, str]
    is_deleted: bool


def preview(person: Model) -> list[Share]:
    """What an erasure would take out and leave, by model; nothing is changed. What only some may
    know of is not named, and goes all the same."""
    return [
        Share(model, count, _goes(model), why_it_stays(model), _is_deleted(model))
        for model, rows in rows_to_show(person)
        if (count := rows.count())
    ]


@transaction.atomic
def take_out(*, person: Model, by: str, now: datetime) -> dict[str, int]:
    """Take a person out of every row about them, and out of every other that quotes them; returns
    how many rows of which model.

    Identifying columns are emptied, rows that are kept for a while are deleted, and the audit says
    which of its details were changed, so that its chain still holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(OPEN_PERSONAL_COLUMNS)
    rows = rows_about(person)
    quoted = _pattern(names_of(rows))
    done: dict[str, int] = {}
    if quoted is not None:
        for where in words_about(rows):
            done[where.model._meta.label] = _take_quotes(where, quoted, person, by=by, now=now)
    for model, about in reversed(rows.items()):
        done[model._meta.label] = max(_empty(model, about), done.get(model._meta.label, 0))
    return {label: count for label, count in done.items() if count}


def empty(field: Any) -> Any:
    """What a column holds once what identified is out of it."""
    if field.null:
        return None
    if isinstance(field, JSONField):
        return field.get_default()
    if isinstance(field, EncryptedBytesField):
        return b""
    if isinstance(field, CharField | TextField):
        return "" if field.blank or isinstance(field, BlindIndexField) else ERASED
    return NO_DATE


def _empty(model: Any, about: QuerySet) -> int:
    """Take what identifies out of these rows; whether they lead to the person is asked first,
    because what is emptied may be the way."""
    keys = list(about.values_list("pk", flat=True))
    rows = model._base_manager.filter(pk__in=keys)
    if _is_deleted(model):
        rows.delete()
    elif keys and (goes := _goes(model)):
        _empty_columns(rows, [model._meta.get_field(name) for name in goes])
    else:
        return 0
    return len(keys)


def _empty_columns(rows: QuerySet, fields: list[Any]) -> None:
    """Words that may be empty are marked as erased where there were any: what a row says by having
    them, such as that somebody read a text aloud, stays true."""
    marked = [field for field in fields if _is_marked(field)]
    rows.update(**{one.name: empty(one) for one in fields if one not in marked})
    for one in marked:
        rows.exclude(**{one.name: ""}).update(**{one.name: ERASED})


def _is_marked(field: Any) -> bool:
    reaches = field.name in getattr(field.model.Privacy, "names", ())
    is_words = isinstance(field, Sealed) and isinstance(field, TextField) and field.blank
    return is_words and not reaches and (field.max_length or len(ERASED)) >= len(ERASED)


def _goes(model: Any) -> list[str]:
    return sorted(set(model.Privacy.identifying) - set(why_it_stays(model)))


def _is_deleted(model: Any) -> bool:
    term = term_of(model)
    return term.after is not None and not term.blanks


def _take_quotes(
    where: QuerySet, quoted: re.Pattern[str], person: Model, *, by: str, now: datetime
) -> int:
    digests: dict[str, dict[str, str]] = {}
    count = 0
    for row, new in _quotes(where, quoted):
        count += 1
        was = row.digest() if isinstance(row, AuditEvent) else ""
        type(row)._base_manager.filter(pk=row.pk).update(**new)
        if isinstance(row, AuditEvent):
            row.detail = new["detail"]
            digests[str(row.pk)] = {"was": was, "now": row.digest()}
    if digests:
        AuditEvent.record(person, ERASED_DETAIL, at=now, by=by, events=digests)
    return count


def _quotes(where: QuerySet, quoted: re.Pattern[str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each row that quotes the person, with what its columns are to hold instead."""
    columns = list(_columns_of_words(where.model))
    for row in _that_may_quote(where, columns, quoted):
        new = {one.name: _without(one, getattr(row, one.name), quoted) for one in columns}
        changed = {name: value for name, value in new.items() if value != getattr(row, name)}
        if changed:
            yield row, changed


def _columns_of_words(model: Any) -> Iterator[Any]:
    """Where people may be quoted: in what identifies, and in any words that are no key."""
    for field in model._meta.fields:
        if isinstance(field, CharField | TextField | JSONField):
            may_change = model is not AuditEvent or field.name == "detail"
            is_fixed = field.unique or field.choices or field.name in why_it_stays(model)
            if may_change and not is_fixed:
                yield field


def _that_may_quote(rows: QuerySet, columns: list[Any], quoted: re.Pattern[str]) -> Iterator[Any]:
    """Rows that the database finds by their words; where words are sealed, all of them."""
    if columns and not any(isinstance(one, Sealed) for one in columns):
        words = {f"{one.name}_words": Cast(one.name, TextField()) for one in columns}
        any_of = [Q(**{f"{name}__iregex": quoted.pattern}) for name in words]
        rows = rows.annotate(**words).filter(reduce(or_, any_of))
    return rows.iterator() if columns else iter(())


def _without(field: Any, value: Any, quoted: re.Pattern[str]) -> Any:
    """The value without the person: what identifies is emptied, other words lose the name only."""
    if isinstance(value, str) and quoted.search(value):
        identifies = field.name in field.model.Privacy.identifying
        if identifies:
            return ERASED if _is_marked(field) else empty(field)
        return quoted.sub(ERASED, value)
    if isinstance(field, JSONField):
        return _inside(value, quoted)
    return value


def _inside(value: Any, quoted: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {quoted.sub(ERASED, key): _inside(inner, quoted) for key, inner in value.items()}
    if isinstance(value, list):
        return [_inside(inner, quoted) for inner in value]
    return quoted.sub(ERASED, value) if isinstance(value, str) else value


def _pattern(names: list[str]) -> re.Pattern[str] | None:
    """Any of these names as whole words, however large or small; none where there is no name."""
    if not names:
        return None
    words = "|".join(re.escape(name) for name in names)
    return re.compile(rf"(?<!\w)({words})(?!\w)", re.IGNORECASE)
