"""Publishing the words that people agree to, in the languages they read."""

import pytest

from cashpilot.core.access import Role
from cashpilot.core.refusals import Invalid, Refused
from participants.models import ConsentText
from participants.operations.consent import publish_text
from tests.factories import BY, NOON, a_member, a_pilot, a_user
from tests.test_pages import problems_beside, text_of

pytestmark = pytest.mark.django_db
WORDS = {
    "en": "I agree.",
    "cy": "Rwy'n cytuno.",
    "fr": "Je suis d'accord.",
    "ar": "أنا موافق.",
    "es": "Estoy de acuerdo.",
}


@pytest.fixture
def pilot():
    return a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))


@pytest.fixture
def manager(client, pilot):
    client.force_login(a_user("mona@example.org"))
    return client


def page_of(pilot):
    return f"/staff/pilots/{pilot.public_id}/texts/"


def api_of(pilot):
    return f"/api/v1/pilots/{pilot.public_id}/consent-texts/"


@pytest.mark.parametrize(("language", "body"), WORDS.items())
def test_a_manager_publishes_a_text_in_each_language_by_page(manager, pilot, language, body):
    said = {"purpose": "cash", "language": language, "body": body}

    answer = manager.post(page_of(pilot), said, follow=True)

    way = "rtl" if language == "ar" else "ltr"
    assert f'lang="{language}" dir="{way}"' in answer.content.decode()
    assert ConsentText.objects.get(purpose="cash").body == body


def test_by_api_the_next_version_takes_the_place_of_the_last(manager, pilot):
    first = manager.post(api_of(pilot), {"purpose": "contact", "language": "fr", "body": "Oui."})
    second = manager.post(
        api_of(pilot), {"purpose": "contact", "language": "fr", "body": "Oui, appelez-moi."}
    )

    listed = manager.get(api_of(pilot)).json()

    assert [one.json()["version"] for one in (first, second)] == [1, 2]
    assert [one["body"] for one in listed if one["purpose"] == "contact"] == ["Oui, appelez-moi."]


@pytest.mark.parametrize(
    ("words", "refusal", "says"),
    [
        ({"body": "  "}, Invalid, "Write the words"),
        ({"body": "x" * 5001}, Invalid, "at most 5000"),
        ({"language": "tlh"}, Invalid, "is none of these"),
        ({"purpose": "everything"}, Invalid, "is none of these"),
        ({"body": "I agree to take part in the pilot."}, Refused, "in force already"),
    ],
)
def test_a_text_that_cannot_be_one_is_refused_and_nothing_is_published(pilot, words, refusal, says):
    said = {"purpose": "take-part", "language": "en", "body": "I agree.", **words}

    with pytest.raises(refusal, match=says):
        publish_text(pilot=pilot, **said, by=BY, now=NOON)

    assert ConsentText.objects.count() == 1


def test_what_is_wrong_stands_beside_its_field(manager, pilot):
    answer = manager.post(page_of(pilot), {"purpose": "cash", "language": "en", "body": ""})

    assert answer.status_code == 400
    assert problems_beside(answer.content.decode(), "body")
    assert not ConsentText.objects.filter(purpose="cash").exists()


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.RESEARCHER, Role.AUDITOR])
def test_nobody_but_a_manager_publishes(client, pilot, role):
    client.force_login(a_member(pilot, role, email="kim@example.org"))
    said = {"purpose": "cash", "language": "en", "body": "I agree."}

    answers = client.post(page_of(pilot), said), client.post(api_of(pilot), said)

    assert [one.status_code for one in answers] == [403, 403]
    assert not ConsentText.objects.filter(purpose="cash").exists()
    assert "What people agree to" not in text_of(client.get(f"/staff/pilots/{pilot.public_id}/"))
