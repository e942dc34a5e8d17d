"""The draw by the API: the same promises as by page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cashpilot.core.access import Role
from participants.models import Draw, Enrolment, Entrant
from participants.rules.proof import fault_in
from tests.factories import a_pilot, a_user
from tests.participants.draw_world import DESIGN, a_draw, a_held_draw, a_list, a_listed_draw
from tests.test_api import post, problem_of
from tests.test_pages import member

pytestmark = pytest.mark.django_db
AMINA = {
    "name": "Amina Example",
    "consent_date": "2026-02-20",
    "group": {"site": "North", "band": "55+"},
}


@pytest.fixture
def pilot(client):
    user = a_user(may_set_up_pilots=True)
    client.force_login(user)
    return a_pilot(manager=user)


def at(pilot, rest=""):
    return f"pilots/{pilot.public_id}/draw/{rest}"


def get(client, path):
    return client.get(f"/api/v1/{path}")


def test_a_draw_is_committed_to_listed_held_and_verified(client, pilot):
    made = post(client, at(pilot), DESIGN)
    entered = post(client, at(pilot, "entrants/"), AMINA)
    file = {"file": SimpleUploadedFile("people.csv", a_list(23))}
    listed = client.post(f"/api/v1/{at(pilot, 'entrants/file/')}", file)
    before = get(client, at(pilot)).json()

    held = post(client, at(pilot, "hold/"), {})

    assert [one.status_code for one in (made, entered, listed, held)] == [201, 201, 201, 200]
    assert (before["state"], before["seed"], before["totals"]) == ("committed", "", [])
    assert before["listed"] == 24
    assert held.json()["commitment"] == made.json()["commitment"]
    assert sum(one["people"] for one in held.json()["totals"]) == Enrolment.objects.count() == 24
    said = get(client, at(pilot, "document/")).json()
    assert fault_in(said) == ""
    assert said["seed"] == held.json()["seed"]
    outcomes = get(client, at(pilot, "entrants/")).json()["results"]
    assert {one["outcome"]["kind"] for one in outcomes} == {"arm"}


def test_a_second_draw_is_a_conflict(client, pilot):
    a_held_draw(6, pilot)

    again = post(client, at(pilot, "hold/"), {}), post(client, at(pilot), DESIGN)

    assert [one.status_code for one in again] == [409, 409]
    assert again[0].json()["type"] == "already-held"
    assert Draw.objects.count() == 1


@pytest.mark.parametrize(
    ("design", "field"),
    [
        ({}, "method"),
        ([1], "design"),
        ({**DESIGN, "seed": "0" * 64}, "design"),
        ({**DESIGN, "arms": [{"arm": "gold", "ratio": 1}, {"arm": "cash", "ratio": 1}]}, "arms"),
        ({**DESIGN, "commitment": "0" * 64}, "design"),
    ],
)
def test_a_wrong_design_is_a_problem_by_field(client, pilot, design, field):
    answer = post(client, at(pilot), design)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert not Draw.objects.exists()


def test_a_person_of_an_unknown_group_is_a_problem_by_field(client, pilot):
    a_draw(pilot)

    answer = post(client, at(pilot, "entrants/"), {**AMINA, "group": {"site": "East"}})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "site"
    assert not Entrant.objects.exists()


def test_somebody_is_taken_off_until_it_is_held(client, pilot):
    draw = a_listed_draw(6, pilot)
    where = f"/api/v1/{at(pilot, 'entrants/')}{draw.entrants.first().public_id}/"

    first, again = client.delete(where), client.delete(where)

    assert (first.status_code, again.status_code) == (204, 404)
    assert Entrant.objects.count() == 5


def test_a_commitment_is_taken_back_with_a_reason(client, pilot):
    a_draw(pilot)

    without = post(client, at(pilot, "withdraw/"), {})
    taken = post(client, at(pilot, "withdraw/"), {"reason": "A site is missing"})

    assert (without.status_code, taken.status_code) == (400, 204)
    assert get(client, at(pilot)).status_code == 404


def test_the_document_is_refused_before_the_draw_and_to_whoever_does_not_check(client, pilot):
    a_listed_draw(6, pilot)

    early = get(client, at(pilot, "document/"))
    caseworker = get(member(pilot, Role.CASEWORKER), at(pilot, "document/"))

    assert "sealed" in problem_of(early, 409)["title"]
    assert caseworker.status_code == 403


def test_a_caseworker_lists_people_and_holds_nothing(client, pilot):
    a_draw(pilot)
    kim = member(pilot, Role.CASEWORKER)

    answers = post(kim, at(pilot, "entrants/"), AMINA), post(kim, at(pilot, "hold/"), {})

    assert [one.status_code for one in answers] == [201, 403]
    assert Draw.objects.get().state == "committed"
