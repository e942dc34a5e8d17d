"""Keys change while people are served; who is interrupted begins again; a lost key is said."""

from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cashpilot.core import rotation
from cashpilot.core.models import KeptAnswer
from cashpilot.core.privacy import our_models
from participants.models import BetterOffTalk, Participant
from participants.operations.benefits import record_talk
from tests.factories import BY, NOON, an_enrolment

pytestmark = pytest.mark.django_db
TWO_KEYS = {"2027": "n" * 40, "development": "only-for-development-" + "0" * 40}


@pytest.fixture
def people():
    made = [an_enrolment(name=f"Person {n} Example", email=f"p{n}@example.org") for n in range(5)]
    told = {"held_on": NOON.date(), "held_with": "Sam", "outcome": "wants_time", "facts_told": []}
    record_talk(enrolment=made[0], **told, by=BY, now=NOON)
    return made


def sealed_with(key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM participants_participant")
        return sum(row[0].startswith(f"s1.{key}.") for row in cursor.fetchall())


def test_everything_is_sealed_anew_and_still_says_the_same(people, settings, capsys):
    settings.PERSONAL_DATA_KEYS = TWO_KEYS

    call_command("rotate_keys")

    settings.PERSONAL_DATA_KEYS = {"2027": TWO_KEYS["2027"]}
    assert sealed_with("2027") == 5
    assert Participant.objects.get(email="P3@example.org").name == "Person 3 Example"
    assert BetterOffTalk.objects.get().held_with == "Sam"
    assert "No other key is in use here" in capsys.readouterr().out


def test_who_is_interrupted_begins_again_where_they_stopped(people, settings):
    settings.PERSONAL_DATA_KEYS = TWO_KEYS

    list(islice(rotation.reseal([Participant], a_batch=2), 1))

    assert (sealed_with("2027"), rotation.out_of_step(Participant)) == (2, 3)
    assert [n for _, n in rotation.reseal([Participant], a_batch=2)] == [2, 1]
    assert rotation.out_of_step(Participant) == 0


def test_looking_changes_nothing(people, settings, capsys):
    settings.PERSONAL_DATA_KEYS = TWO_KEYS

    call_command("rotate_keys", "--check")

    assert sealed_with("2027") == 0
    assert "rows are not sealed with it" in capsys.readouterr().out


def test_a_lost_key_is_named_before_anything_is_touched(people, settings):
    settings.PERSONAL_DATA_KEYS = {"2027": "n" * 40}

    with pytest.raises(CommandError, match=r"does not name development.*Put it back"):
        call_command("rotate_keys")

    assert sealed_with("development") == 5


def test_indexes_are_made_anew_under_another_key(people, settings):
    settings.BLIND_INDEX_KEY = "another key " * 4
    assert not Participant.objects.filter(name="Person 1 Example").exists()

    call_command("rotate_keys", "--indexes")

    assert Participant.objects.get(name="Person 1 Example") == people[1].participant


def test_what_was_written_before_values_were_sealed_is_read_and_then_sealed(people):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE participants_participant SET name = 'Amina Example', name_index=''")

    rotation.seal_what_is_there("participants")(FakeApps, None)

    assert sealed_with("development") == 5
    assert Participant.objects.filter(name="amina example").count() == 5


class FakeApps:
    """What a migration is given: models by the app's label."""

    @staticmethod
    def get_app_config(label):
        from django.apps import apps

        return apps.get_app_config(label)


def test_every_kind_of_row_is_walked(people, settings):
    KeptAnswer.objects.create(
        user=people[0].pilot.memberships.first().user, key="k", asked_at=NOON, body="Amina"
    )
    settings.PERSONAL_DATA_KEYS = TWO_KEYS

    walked = {model for model, _ in rotation.reseal(our_models())}

    assert {Participant, KeptAnswer, BetterOffTalk} <= walked
    assert KeptAnswer.objects.get().body == "Amina"
