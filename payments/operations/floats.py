"""Counting the money at the provider: one count at a time, whichever fund or pilot it is for."""

from django.db import connection

_ONE_COUNT = 4_201_003


def hold_float(currency: str) -> None:
    """Until this transaction ends, nobody else counts what is there in this currency: funds of
    many pilots share it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_ONE_COUNT, currency])
