"""One way to move a record: a table says which moves exist, the database says who was first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from cashpilot.core.lifecycle import Lifecycle
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import IllegalMove, Overtaken
from participants.lifecycles import ENROLMENT
from participants.models import Enrolment
from tests.factories import BY, NOON, a_pilot, an_enrolment

pytestmark = pytest.mark.django_db

LIGHT = Lifecycle(
    "light",
    {"red": frozenset({"green"}), "green": frozenset({"red", "amber"}), "amber": frozenset()},
)


def endings():
    return AuditEvent.objects.filter(verb="enrolment.ended")


def test_a_move_changes_the_record_and_writes_its_audit_line():
    enrolment = an_enrolment()

    ENROLMENT.move(enrolment, "ended", now=NOON, by=BY)

    stored = Enrolment.objects.get(pk=enrolment.pk)
    assert (stored.state, stored.state_changed_at) == ("ended", NOON)
    assert enrolment.state == "ended"
    line = endings().get()
    assert line.subject == f"participants.enrolment:{enrolment.public_id}"
    assert (line.by, line.at, line.detail) == (BY, NOON, {"was": "active"})


def test_a_move_that_is_not_in_the_table_is_refused():
    enrolment = an_enrolment()
    ENROLMENT.move(enrolment, "ended", now=NOON, by=BY)

    with pytest.raises(IllegalMove, match="An enrolment that is ended cannot become ended"):
        ENROLMENT.move(enrolment, "ended", now=NOON, by=BY)

    assert Enrolment.objects.get(pk=enrolment.pk).state == "ended"
    assert endings().count() == 1


def test_whoever_read_an_old_state_is_told_that_they_were_overtaken():
    enrolment = an_enrolment()
    read_before = Enrolment.objects.get(pk=enrolment.pk)
    ENROLMENT.move(enrolment, "ended", now=NOON, by=BY)

    with pytest.raises(Overtaken, match="no longer active"):
        ENROLMENT.move(read_before, "ended", now=NOON, by="a slow worker")

    assert endings().get().by == BY
    assert read_before.state == "active"


def test_a_move_with_a_condition_is_refused_where_the_condition_fails():
    enrolment = an_enrolment()

    with pytest.raises(Overtaken):
        ENROLMENT.move(enrolment, "ended", now=NOON, by=BY, where={"code": "another"})

    assert Enrolment.objects.get(pk=enrolment.pk).state == "active"
    assert not endings().exists()


def test_the_audit_line_and_the_move_stand_or_fall_together():
    enrolment = an_enrolment()

    def end_and_fail():
        with transaction.atomic():
            ENROLMENT.move(enrolment, "ended", now=NOON, by=BY)
            raise ValueError("what came after went wrong")

    with pytest.raises(ValueError, match="went wrong"):
        end_and_fail()

    assert Enrolment.objects.get(pk=enrolment.pk).state == "active"
    assert not endings().exists()


def test_a_move_whose_audit_line_cannot_be_written_does_not_happen():
    enrolment = an_enrolment()

    with pytest.raises(Exception, match="too long"):
        ENROLMENT.move(enrolment, "ended", now=NOON, by="x" * 61)

    assert Enrolment.objects.get(pk=enrolment.pk).state == "active"


def test_many_records_move_together_each_with_its_line():
    pilot = a_pilot()
    people = [an_enrolment(pilot, name=f"Person {n} Example") for n in range(3)]

    ENROLMENT.move_locked(people, "ended", now=NOON, by=BY)

    assert set(pilot.enrolments.values_list("state", flat=True)) == {"ended"}
    assert endings().count() == 3


def test_many_records_move_together_or_not_at_all():
    pilot = a_pilot()
    people = [an_enrolment(pilot, name=f"Person {n} Example") for n in range(3)]
    ENROLMENT.move(Enrolment.objects.get(pk=people[1].pk), "ended", now=NOON, by=BY)

    with pytest.raises(Overtaken):
        ENROLMENT.move_locked(people, "ended", now=NOON, by="a slow worker")

    assert pilot.enrolments.filter(state="active").count() == 2
    assert not endings().filter(by="a slow worker").exists()


def test_moving_nobody_is_nothing():
    ENROLMENT.move_locked([], "ended", now=NOON, by=BY)

    assert not endings().exists()


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_at_once_one_moves_the_record():
    enrolment = an_enrolment()
    start = Barrier(8)

    def once(_):
        mine = Enrolment.objects.get(pk=enrolment.pk)
        start.wait()
        try:
            ENROLMENT.move(mine, "ended", now=NOON, by=BY)
        except Overtaken:
            return "overtaken"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(once, range(8)))

    assert sorted(outcomes) == ["moved"] + ["overtaken"] * 7
    assert endings().count() == 1


def test_the_table_answers_which_moves_exist():
    assert LIGHT.allows("green", "amber")
    assert not LIGHT.allows("red", "amber")
    with pytest.raises(KeyError):
        LIGHT.allows("blue", "red")


def test_the_diagram_is_drawn_from_the_table():
    assert LIGHT.as_mermaid().splitlines() == [
        "stateDiagram-v2",
        "    red --> green",
        "    green --> amber",
        "    green --> red",
    ]
