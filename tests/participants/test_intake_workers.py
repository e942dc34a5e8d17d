"""Workers and files: one at a time works on a file, and others see how far it is."""

import pytest
from django.db import connection, transaction

from cashpilot.core.locks import INTAKE
from participants.operations import intakes
from tests.factories import a_pilot
from tests.participants.intake_world import WHO, a_file, done

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = [f"Person{n} Example,cash,2026-02-20,C-{n},,," for n in range(10)]


@pytest.fixture
def beside():
    """Somebody else's connection to the same database."""
    other = connection.copy()
    yield other
    other.close()


def a_waiting_file():
    return intakes.take_in(pilot=a_pilot(), file_name="a.csv", raw=a_file(*ROWS), **WHO)


def test_a_file_that_another_worker_works_on_is_left_alone(beside):
    intake = a_waiting_file()
    with beside.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [INTAKE, intake.pk])

    assert done(intake).state == "checking"

    with beside.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [INTAKE, intake.pk])
    assert done(intake).state == "checked"


def test_how_far_a_file_is_can_be_seen_before_its_transaction_is_over(beside):
    intake = a_waiting_file()

    with transaction.atomic():
        intakes.check(intake=intake, **WHO)
        with beside.cursor() as cursor:
            cursor.execute("SELECT state, done FROM participants_intake")
            seen = cursor.fetchone()

    intake.refresh_from_db()
    assert seen == ("checking", 5)
    assert (intake.state, intake.done) == ("checked", 10)
