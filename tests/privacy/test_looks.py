"""Whoever looks at what names people is written down, once a look, for good."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.looks import note_looks
from cashpilot.core.models import Look
from tests.factories import BY, NOON, a_member, a_pilot, an_enrolment

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina():
    return an_enrolment(a_pilot(), email="amina@example.org", phone="0700 123")


@pytest.fixture
def client(amina):
    client = Client()
    client.force_login(a_member(amina.pilot, Role.CASEWORKER))
    return client


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/staff/participants/", "people"),
        ("/staff/participants/{enrolment}/", "person"),
        ("/staff/participants/{enrolment}/letter.pdf", "paper"),
        ("/staff/participants/{enrolment}/statement.pdf", "paper"),
        ("/api/v1/enrolments/{enrolment}/", "person"),
        ("/api/v1/pilots/{pilot}/enrolments/", "people"),
    ],
)
def test_a_look_is_written_down_with_who_when_and_where(client, amina, address, page):
    address = address.format(enrolment=amina.public_id, pilot=amina.pilot.public_id)

    answer = client.get(address)

    look = Look.objects.get()
    assert answer.status_code == 200
    assert (look.person, look.page) == (amina.participant.public_id, page)
    assert look.by.startswith("usr_")


def test_nothing_is_written_down_of_a_look_that_was_refused(amina):
    client = Client()
    client.force_login(a_member(amina.pilot, Role.RESEARCHER))

    answer = client.get(f"/staff/participants/{amina.public_id}/")

    assert answer.status_code == 403
    assert not Look.objects.exists()


@pytest.mark.parametrize("words", ["amina  EXAMPLE", "AMINA@example.org", "0700-123", "{code}"])
def test_somebody_is_found_by_what_they_go_by_and_no_address_names_them(client, amina, words):
    an_enrolment(amina.pilot, name="Ben Example")

    page = client.post("/staff/participants/", {"who": words.format(code=amina.code)})

    assert "Amina Example" in page.content.decode()
    assert "Ben Example" not in page.content.decode()


def test_whoever_is_not_there_is_said_so(client):
    page = client.post("/staff/participants/", {"who": "Amina"})

    assert "Nobody here has exactly that" in page.content.decode()
    assert not Look.objects.exists()


@pytest.mark.parametrize("sql", ["UPDATE core_look SET by = 'x'", "DELETE FROM core_look"])
def test_a_look_is_never_changed_nor_deleted(amina, sql):
    note_looks(people=[amina.participant.public_id], page="person", by=BY, now=NOON)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(sql)

    assert Look.objects.get().by == BY


def test_where_a_key_is_lost_staff_read_what_to_do_and_no_crash(client, amina, settings):
    settings.PERSONAL_DATA_KEYS = {"2027": "n" * 40}

    page = client.get(f"/staff/participants/{amina.public_id}/")
    api = client.get(f"/api/v1/enrolments/{amina.public_id}/")

    assert (page.status_code, api.status_code) == (503, 503)
    assert "Put it back, behind the others, and start again." in page.content.decode()
    assert api.json()["type"].endswith("cannot-open")
