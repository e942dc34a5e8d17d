"""Locks of the database that belong to no row."""

from django.db import connection

FLOAT = 4_201_003
FREEZING = 4_201_004
INTAKE = 4_201_005


def hold_until_the_end(kind: int, name: str) -> None:
    """Until this transaction ends, nobody else holds the lock of this kind and name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [kind, name])


def is_mine_until_the_end(kind: int, number: int) -> bool:
    """Whether nobody else holds this lock; if so, it is held until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [kind, number % 2**31])
        return cursor.fetchone()[0]
