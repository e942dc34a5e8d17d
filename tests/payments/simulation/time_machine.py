"""A clock for the whole database, so that sixteen days take seconds and no product code knows.

PostgreSQL looks functions up along the search path. With a schema of our own before its catalogue,
`STATEMENT_TIMESTAMP()`, `clock_timestamp()` and `now()` are ours, and read the time from a table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

SET_UP = """
CREATE SCHEMA simulated;
CREATE TABLE simulated.clock (moment timestamptz NOT NULL);
INSERT INTO simulated.clock VALUES (pg_catalog.now());
"""
CLOCKS = ("statement_timestamp", "clock_timestamp", "now")


@contextmanager
def a_database_out_of_time() -> Iterator[None]:
    """The connection reads simulated time until the block ends."""
    with connection.cursor() as cursor:
        cursor.execute(SET_UP)
        for name in CLOCKS:
            cursor.execute(
                f"CREATE FUNCTION simulated.{name}() RETURNS timestamptz LANGUAGE sql STABLE"
                " AS 'SELECT moment FROM simulated.clock'"
            )
        cursor.execute("SET search_path = simulated, public, pg_catalog")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET search_path = DEFAULT")
            cursor.execute("DROP SCHEMA simulated CASCADE")


def set_database_time(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE simulated.clock SET moment = %s", [moment])
