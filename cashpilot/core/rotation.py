"""Sealing what is there under the key that now writes, some rows at a time.

Every batch is a transaction of its own and looks for rows that are not in step yet: whoever is
interrupted begins again where they stopped, and what others write meanwhile is in step already.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from django.db import connection, transaction

from cashpilot.core.database import OPEN_PERSONAL_COLUMNS
from cashpilot.core.encrypted_fields import BlindIndexField, Sealed
from cashpilot.core.encryption import SEALED, current_key, open_sealed, seal

A_BATCH = 500


def reseal(models: Iterable[Any], *, a_batch: int = A_BATCH) -> Iterator[tuple[Any, int]]:
    """Seal under the first key whatever is not; says after each batch of which model how many."""
    for model in models:
        fields = sealed_fields(model)
        while fields and (done := _reseal_some(model, fields, a_batch)):
            yield model, done


def reindex(models: Iterable[Any], *, a_batch: int = A_BATCH) -> Iterator[tuple[Any, int]]:
    """Make every blind index anew, such as under another BLIND_INDEX_KEY."""
    for model in models:
        fields = [one for one in model._meta.fields if isinstance(one, BlindIndexField)]
        last = 0
        while fields and (rows := _after(model, last, a_batch)):
            _index(fields, rows)
            last = rows[-1].pk
            yield model, len(rows)


def seal_what_is_there(app: str) -> Callable[[Any, Any], None]:
    """A step of a migration: what an app wrote before its columns were sealed is sealed and
    indexed."""

    def step(apps: Any, _schema_editor: Any) -> None:
        models = list(apps.get_app_config(app).get_models())
        for _ in chain(reseal(models), reindex(models)):
            continue

    return step


def out_of_step(model: Any) -> int:
    """How many rows hold something that the first key did not seal."""
    fields = sealed_fields(model)
    if not fields:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_table(model)} WHERE {_not_in_step(fields)}")
        return cursor.fetchone()[0]


def keys_in_use(models: Iterable[Any]) -> set[str]:
    """The ids of the keys without which something here could not be read."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for model in models:
            for field in sealed_fields(model):
                cursor.execute(
                    f"SELECT DISTINCT split_part({_column(field)}, '.', 2) FROM {_table(model)} "
                    f"WHERE {_column(field)} ~ %s",
                    [f"^{SEALED.pattern}$"],
                )
                found |= {row[0] for row in cursor.fetchall()}
    return found


def sealed_fields(model: Any) -> list[Any]:
    """The columns of a model that are sealed."""
    return [field for field in model._meta.fields if isinstance(field, Sealed)]


@transaction.atomic
def _reseal_some(model: Any, fields: list[Any], a_batch: int) -> int:
    key, columns = connection.ops.quote_name(model._meta.pk.column), [*map(_column, fields)]
    with connection.cursor() as cursor:
        cursor.execute(OPEN_PERSONAL_COLUMNS)
        cursor.execute(
            f"SELECT {key}, {', '.join(columns)} FROM {_table(model)} "
            f"WHERE {_not_in_step(fields)} ORDER BY {key} LIMIT {a_batch:d} FOR UPDATE"
        )
        rows = cursor.fetchall()
        cursor.executemany(
            f"UPDATE {_table(model)} SET {', '.join(f'{one} = %s' for one in columns)} "
            f"WHERE {key} = %s",
            [[*map(_sealed_anew, fields, row[1:]), row[0]] for row in rows],
        )
    return len(rows)


def _sealed_anew(field: Any, text: str | None) -> str | None:
    column = field.sealed_for
    return seal(open_sealed(text, column), column) if text else text


@transaction.atomic
def _index(fields: list[BlindIndexField], rows: list[Any]) -> None:
    for row in rows:
        made = {one.attname: one.index_of(getattr(row, one.of)) for one in fields}
        type(row)._base_manager.filter(pk=row.pk).update(**made)


def _after(model: Any, last: int, a_batch: int) -> list[Any]:
    return list(model._base_manager.filter(pk__gt=last).order_by("pk")[:a_batch])


def _not_in_step(fields: list[Any]) -> str:
    start = f"s1.{current_key()}."
    return " OR ".join(
        f"({_column(one)} <> '' AND NOT starts_with({_column(one)}, '{start}'))" for one in fields
    )


def _table(model: Any) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)
