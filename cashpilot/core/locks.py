"""Locks of the database that belong to no row."""

from django.db import connection

FLOAT = 4_201_003
FREEZING = 4_201_004


def hold_until_the_end(kind: int, name: str) -> None:
    """Until this transaction ends, nobody else holds the lock of this kind and name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [kind, name])
