"""The audit: written with the deed, never changed, and chained so that a change would show."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from cashpilot.core import audit
from cashpilot.core.models import AuditEvent, AuditSeal
from tests.factories import BY, NOON, a_pilot, an_enrolment

pytestmark = pytest.mark.django_db


def execute(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def deeds(count) -> list[AuditEvent]:
    pilot = a_pilot()
    AuditEvent.record_each([pilot] * count, "pilot.looked at", at=NOON, by=BY)
    return list(AuditEvent.objects.order_by("pk"))


def sealed_deeds(count) -> list[AuditEvent]:
    events = deeds(count)
    audit.seal()
    return events


@contextmanager
def the_guard_off(table):
    """What somebody who owns the database can do; the chain is there to show it."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    yield
    execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


def test_a_deed_is_written_down_with_who_did_it_to_what_and_when():
    enrolment = an_enrolment()

    line = AuditEvent.record(enrolment, "enrolment.praised", at=NOON, by="usr_x", why="kindness")

    line.refresh_from_db()
    assert line.subject == f"participants.enrolment:{enrolment.public_id}"
    assert (line.verb, line.by, line.at) == ("enrolment.praised", "usr_x", NOON)
    assert line.detail == {"why": "kindness"}


def test_no_line_of_the_audit_names_a_person():
    an_enrolment(name="Amina Example", email="amina@example.org", phone="0800 000 0000")

    said = " ".join(str([e, e.detail]) for e in AuditEvent.objects.all())

    assert said
    assert not [word for word in ("Amina", "amina@", "0800") if word in said]


def test_events_are_chained_in_several_steps_into_one_chain():
    total = len(deeds(7))

    steps = [audit.seal(limit=4) for _ in range(total // 4 + 2)]

    assert sum(steps) == total
    assert steps[0] == 4
    assert steps[-1] == 0
    positions = AuditSeal.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, total + 1))
    assert list(audit.verify()) == []


def test_the_chain_begins_at_a_known_place_and_each_link_holds_the_one_before():
    first, second, *_ = sealed_deeds(2)

    links = list(AuditSeal.objects.order_by("position")[:2])

    assert links[0].chain == audit._link(audit.GENESIS, first.digest())
    assert links[1].chain == audit._link(links[0].chain, second.digest())


def test_an_empty_audit_is_intact():
    assert audit.seal() == 0
    assert list(audit.verify()) == []


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'pilot.nothing'",
        "by = 'somebody else'",
        "at = at + interval '1 second'",
        "subject = 'participants.pilot:plt_x'",
        "detail = '{\"amount_minor\": 1}'",
    ],
)
def test_an_event_that_was_altered_is_named(change):
    event = sealed_deeds(3)[1]
    with the_guard_off("core_auditevent"):
        execute(f"UPDATE core_auditevent SET {change} WHERE id = %s", event.pk)

    faults = list(audit.verify())

    assert len(faults) == 1
    assert faults[0].startswith(f"Audit event {event.pk} (position 2) was altered")


def test_an_event_that_was_removed_is_named():
    event = sealed_deeds(3)[1]
    with the_guard_off("core_auditevent"):
        execute("DELETE FROM core_auditevent WHERE id = %s", event.pk)

    assert list(audit.verify()) == [f"Audit event {event.pk} (position 2) was removed."]


def test_a_removed_event_is_missed_even_if_its_link_went_with_it():
    event = sealed_deeds(3)[1]
    with the_guard_off("core_auditevent"), the_guard_off("core_auditseal"):
        execute("DELETE FROM core_auditevent WHERE id = %s", event.pk)
        execute("DELETE FROM core_auditseal WHERE event_id = %s", event.pk)

    faults = list(audit.verify())

    assert faults[0] == "Position 2 of the chain is missing."


def test_an_event_that_was_slipped_in_between_is_named():
    second = sealed_deeds(3)[1]
    with the_guard_off("core_auditseal"):
        execute("UPDATE core_auditseal SET position = -position WHERE position >= 2")
        execute("UPDATE core_auditseal SET position = 1 - position WHERE position < 0")
        false = AuditEvent.record(a_subject(), "pilot.never was", at=NOON, by=BY)
        execute(
            "INSERT INTO core_auditseal (position, event_id, chain) VALUES (2, %s, %s)",
            false.pk,
            "0" * 64,
        )

    faults = list(audit.verify())

    assert faults[0].startswith(f"Audit event {false.pk} (position 2) was altered")
    assert any(f"Audit event {second.pk} (position 3)" in fault for fault in faults)


def a_subject():
    from participants.models import Pilot

    return Pilot.objects.get()


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE core_auditevent SET by = 'nobody'",
        "DELETE FROM core_auditevent",
        "UPDATE core_auditseal SET chain = ''",
        "DELETE FROM core_auditseal",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_line(attack):
    sealed_deeds(2)
    before = list(AuditEvent.objects.values()), list(AuditSeal.objects.values())

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        execute(attack)

    assert (list(AuditEvent.objects.values()), list(AuditSeal.objects.values())) == before


@pytest.mark.parametrize("table", ["core_auditevent", "core_auditseal"])
def test_the_audit_cannot_be_emptied_where_people_are_paid(table):
    sealed_deeds(1)
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET cashpilot.allow_truncate = 'off'")

    try:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            execute(f"TRUNCATE {table}")
    finally:
        execute("SET cashpilot.allow_truncate = 'on'")

    assert AuditEvent.objects.exists()
