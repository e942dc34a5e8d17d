"""What identifies people is sealed in the database, opens with its key, and is found by index."""

from datetime import date

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from cashpilot.core.encryption import CannotOpen, as_meant, open_sealed, seal
from participants.models import Participant
from tests.factories import NOON

pytestmark = pytest.mark.django_db
OLD, NEW = "o" * 40, "n" * 40


def amina(**fields):
    said = {"name": "Amina Example", "email": "amina@example.org", "phone": "020 7946 0123"}
    born = date(1990, 5, 3)
    return Participant.objects.create(created_at=NOON, date_of_birth=born, **{**said, **fields})


def raw(column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM participants_participant")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("column", ["name", "email", "phone", "date_of_birth"])
def test_the_database_holds_nothing_that_can_be_read(column):
    person = amina()

    kept = raw(column)

    person.refresh_from_db()
    assert kept.startswith("s1.development.")
    assert str(getattr(person, column)) not in kept
    assert (person.name, person.date_of_birth) == ("Amina Example", date(1990, 5, 3))


def test_the_same_value_is_never_sealed_alike():
    assert seal("Amina", "a.b") != seal("Amina", "a.b")


def test_what_was_moved_to_another_column_does_not_open():
    with pytest.raises(CannotOpen, match="does not open"):
        open_sealed(seal("Amina", "a.name"), "a.phone")


def test_a_changed_value_does_not_open():
    sealed = seal("Amina", "a.b")
    turned = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]

    with pytest.raises(CannotOpen, match="the value was changed"):
        open_sealed(turned, "a.b")


def test_a_lost_key_is_a_sentence_that_says_what_to_do(settings):
    sealed = seal("Amina", "a.b")
    settings.PERSONAL_DATA_KEYS = {"2027": NEW}

    with pytest.raises(CannotOpen, match=r"“development”.*Put it back.*start again"):
        open_sealed(sealed, "a.b")


def test_an_older_key_still_opens_what_it_wrote(settings):
    settings.PERSONAL_DATA_KEYS = {"2026": OLD}
    sealed = seal("Amina", "a.b")

    settings.PERSONAL_DATA_KEYS = {"2027": NEW, "2026": OLD}

    assert open_sealed(sealed, "a.b") == "Amina"
    assert seal("Amina", "a.b").startswith("s1.2027.")


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "AMINA  example"},
        {"name__iexact": "amina example"},
        {"email": "Amina@Example.org"},
        {"phone": "020-7946-0123"},
    ],
)
def test_a_person_is_found_however_it_is_written(asked):
    person = amina()
    Participant.objects.create(name="Ben Example", created_at=NOON)

    assert Participant.objects.get(**asked) == person


def test_who_has_no_address_is_found_by_nobodys():
    Participant.objects.create(name="Ben Example", created_at=NOON)

    assert Participant.objects.filter(email="").count() == 1
    assert not Participant.objects.filter(email="amina@example.org").exists()


def test_a_number_without_digits_finds_nobody_who_has_no_number():
    Participant.objects.create(name="Ben Example", created_at=NOON)

    assert not Participant.objects.filter(phone="none").exists()


@pytest.mark.parametrize(
    "asked",
    [{"name__contains": "Ami"}, {"name__in": ["Amina"]}, {"date_of_birth": date(1990, 5, 3)}],
)
def test_a_question_that_only_readable_columns_can_answer_is_an_error(asked):
    with pytest.raises(FieldError, match="is encrypted"):
        list(Participant.objects.filter(**asked))


def test_indexes_go_with_whatever_way_a_column_is_written():
    person = amina()
    person.name = "Łukasz Example"
    person.save(update_fields=["name"])
    Participant.objects.filter(pk=person.pk).update(email="lukasz@example.org")

    found = Participant.objects.get(name="łukasz example", email="LUKASZ@example.org")

    assert found == person
    assert not Participant.objects.filter(name="Amina Example").exists()


def test_an_index_says_nothing_without_its_key(settings):
    amina()
    kept = raw("name_index")

    settings.BLIND_INDEX_KEY = "x" * 40

    assert len(kept) == 32
    assert not Participant.objects.filter(name="Amina Example").exists()


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        ("phone", "+44 (0)20 7946-0123", "4402079460123"),
        ("phone", "", ""),
        ("text", "  Siân   EXAMPLE ", "siân example"),
        ("text", "Straße", "strasse"),
    ],
)
def test_a_value_is_indexed_as_it_is_meant(kind, written, meant):
    assert as_meant(written, kind) == meant
