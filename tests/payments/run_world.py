"""Frozen runs, and what the database says of a statement that it must refuse."""

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from payments.operations import pay_runs
from tests.factories import BY, NOON, a_prepared_run, an_enrolment, ready


def refused(sql, *values):
    """What the database says to this statement, which it must refuse."""
    with pytest.raises(Error) as no, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(no.value)


def a_frozen_run(pilot, *, people=1):
    for number in range(people):
        ready(an_enrolment(pilot, name=f"Person {number}"))
    run = a_prepared_run(pilot)
    return pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
