"""Enrolling by the API: one person or a file of them, and what they agreed to."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from participants.models import Enrolment, Participant
from tests.factories import a_pilot, a_user, an_enrolment
from tests.test_api import post, problem_of

pytestmark = pytest.mark.django_db
AMINA = {"name": "Amina Example", "arm": "cash", "consent_date": "2026-02-20"}


@pytest.fixture
def owner(client):
    user = a_user(may_set_up_pilots=True)
    client.force_login(user)
    return user


def test_a_person_is_enrolled_and_promised_their_payments(client, owner):
    pilot = a_pilot(count=3)

    response = post(client, f"pilots/{pilot.public_id}/enrolments/", AMINA)

    enrolment = response.json()
    assert response.status_code == 201
    assert (enrolment["name"], enrolment["arm"], enrolment["state"]) == (
        "Amina Example",
        "cash",
        "active",
    )
    where = f"/api/v1/enrolments/{enrolment['public_id']}"
    assert len(client.get(f"{where}/schedule/").json()["payments"]) == 3
    assert client.get(f"{where}/consents/").json()[0]["decided_on"] == "2026-02-20"
    listed = client.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/").json()
    assert listed["results"] == [enrolment]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("arm", "gold"),
        ("arm", ""),
        ("name", ""),
        ("consent_date", "2026-02-30"),
        ("consent_date", "2999-01-01"),
        ("date_of_birth", "2999-01-01"),
        ("email", "not an email"),
        ("language", "tlh"),
        ("code", "x" * 21),
        ("name", "Am\x00ina"),
    ],
)
def test_a_wrong_person_is_refused_by_their_field_and_nobody_is_added(client, owner, field, value):
    pilot = a_pilot()

    response = post(client, f"pilots/{pilot.public_id}/enrolments/", {**AMINA, field: value})

    assert [one["field"] for one in problem_of(response, 400)["errors"]] == [field]
    assert not Participant.objects.exists()


def test_a_person_over_the_budget_is_refused_in_words(client, owner):
    pilot = a_pilot(budget_minor=1)

    problem = problem_of(post(client, f"pilots/{pilot.public_id}/enrolments/", AMINA), 409)

    assert problem["type"] == "over-budget"
    assert not Participant.objects.exists()


def upload(client, pilot, raw: bytes):
    file = SimpleUploadedFile("people.csv", raw)
    return client.post(f"/api/v1/pilots/{pilot.public_id}/enrolments/file/", {"file": file})


def test_a_file_of_people_is_added(client, owner):
    pilot = a_pilot()

    response = upload(
        client,
        pilot,
        b"name,arm,consent_date\nAmina Example,cash,2026-02-20\nBen Example,services,2026-02-20\n",
    )

    assert (response.status_code, response.json()) == (201, {"added": 2})
    assert pilot.enrolments.filter(award__isnull=False).count() == 1


def test_a_file_with_faults_is_refused_by_row_and_column_and_adds_nobody(client, owner):
    pilot = a_pilot()

    response = upload(
        client,
        pilot,
        b"name,arm,consent_date\nAmina Example,cash,2026-02-20\nBen Example,gold,2026-02-30\n",
    )

    problem = problem_of(response, 400)
    assert problem["title"] == "Nothing was added: the file has 2 problems."
    assert [(e["row"], e["column"]) for e in problem["errors"]] == [
        (3, "arm"),
        (3, "consent_date"),
    ]
    assert not Participant.objects.exists()


def test_a_decision_about_consent_is_recorded(client, owner):
    amina = an_enrolment()
    said = {"purpose": "take-part", "decision": "withdrawn", "decided_on": "2026-02-25"}

    response = post(client, f"enrolments/{amina.public_id}/consents/", said)

    assert response.status_code == 201
    assert response.json()["version"] == 1
    assert amina.consents.filter(decision="withdrawn").count() == 1


def test_a_person_who_takes_part_is_read_back_as_they_were_written(client, owner):
    amina = an_enrolment(code="A-1")

    said = client.get(f"/api/v1/enrolments/{amina.public_id}/").json()

    assert said == {
        "public_id": amina.public_id,
        "code": "A-1",
        "name": "Amina Example",
        "arm": "cash",
        "enrolled_on": "2026-03-02",
        "state": "active",
        "design": 1,
        "site": "",
    }
    assert Enrolment.objects.count() == 1
