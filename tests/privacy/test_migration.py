"""What was written before columns were sealed is sealed by the migrations, and reads the same."""

from datetime import date

import pytest
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from participants.models import Consent, Participant

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = ("sealed_people", "sealed_words", "sealed_readers", "personal_columns_and_looks")
A_PERSON = """
INSERT INTO participants_participant
    (public_id, name, date_of_birth, email, phone, language, created_at)
VALUES ('par_old', 'Amina Example', '1990-05-03', 'amina@example.org', '', 'en', '2026-03-02');
INSERT INTO participants_pilot
    (public_id, name, currency, nation, time_zone, help_name, help_phone, help_hours, created_at)
VALUES ('plt_old', 'Old', 'gbp', 'scotland', 'Europe/London', '', '', '', '2026-03-02');
INSERT INTO participants_arm (pilot_id, code, name, kind, is_paid)
SELECT id, 'a', 'A', 'services', false FROM participants_pilot;
INSERT INTO participants_enrolment (public_id, code, pilot_id, participant_id, arm_id, is_paid,
    enrolled_on, state, state_changed_at)
SELECT 'enr_old', 'C', a.pilot_id, p.id, a.id, false, '2026-03-02', 'active', '2026-03-02'
    FROM participants_participant p, participants_arm a;
INSERT INTO participants_consenttext (public_id, pilot_id, purpose, version, language, body,
    published_at)
SELECT 'txt_old', id, 'take-part', 1, 'en', 'I agree.', '2026-03-02' FROM participants_pilot;
INSERT INTO participants_consent (enrolment_id, text_id, decision, decided_on, how, read_by,
    recorded_at, recorded_by)
SELECT e.id, t.id, 'given', '2026-03-02', 'read-aloud', 'Sam', '2026-03-02', 'test'
    FROM participants_enrolment e, participants_consenttext t;
"""


@pytest.fixture
def old_database():
    """A database of its own, as it was before columns were sealed, with one person in it."""
    name = connection.settings_dict["NAME"]
    run_sql(f"DROP DATABASE IF EXISTS {name}_old", f"CREATE DATABASE {name}_old")
    connections.close_all()
    connection.settings_dict["NAME"] = f"{name}_old"
    executor = MigrationExecutor(connection)
    executor.migrate(as_it_was(executor.loader.graph))
    run_sql(A_PERSON)
    yield
    connections.close_all()
    connection.settings_dict["NAME"] = name
    run_sql(f"DROP DATABASE {name}_old")


def as_it_was(graph):
    """What each app had come to before: the parents, in their own app, of what seals."""
    sealing = [node for node in graph.nodes if node[1].split("_", 1)[1] in BEFORE]
    assert len(sealing) == len(BEFORE)
    return [
        parent.key
        for node in sealing
        for parent in graph.node_map[node].parents
        if parent.key[0] == node[0]
    ]


def run_sql(*statements):
    with connection.cursor() as cursor:
        for one in statements:
            cursor.execute(one)


def test_people_of_before_are_sealed_found_and_read_the_same(old_database):
    executor = MigrationExecutor(connection)

    executor.migrate(executor.loader.graph.leaf_nodes())

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, date_of_birth, email, phone FROM participants_participant")
        kept = cursor.fetchone()
    assert [one[:3] for one in kept] == ["s1.", "s1.", "s1.", ""]
    person = Participant.objects.get(name="amina example", email="AMINA@example.org")
    assert (person.name, person.date_of_birth) == ("Amina Example", date(1990, 5, 3))
    assert Consent.objects.get().read_by == "Sam"
