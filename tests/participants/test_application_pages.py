"""Caseworkers write down who asks to join; a “no” is kind, and what waits is on one list."""

import pytest
from django.test import Client

from cashpilot.core.access import Role
from participants.models import Application, Enrolment
from tests.factories import MANY_ROLES, a_member, a_pilot, a_user
from tests.participants.test_applications import apply, ask, from_age

pytestmark = pytest.mark.django_db
AMINA = {"name": "Amina Example", "language": "en"}


@pytest.fixture
def pilot():
    made = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    ask(made, from_age(18))
    return made


@pytest.fixture
def kim(client, pilot):
    client.force_login(a_member(pilot, Role.CASEWORKER, email="kim@example.org"))
    return client


def record(browser, pilot, **answers):
    said = {f"asks_{code}": value for code, value in answers.items()}
    where = f"/staff/pilots/{pilot.public_id}/applications/new/"
    return browser.post(where, {**AMINA, **said}, follow=True)


def page_of(response) -> str:
    return response.content.decode()


def test_somebody_who_can_join_is_recorded_and_enrolled_in_one_step(kim, pilot):
    page = page_of(record(kim, pilot, age="30", home="yes"))
    application = Application.objects.get()
    joining = f"/staff/applications/{application.public_id}/join/"
    form = {"arm": "cash", "how": "phone", "frequency": ""}
    day = {"consent_date_day": "20", "consent_date_month": "2", "consent_date_year": "2026"}

    joined = kim.post(joining, {**form, **day}, follow=True)

    assert "They can join" in page
    assert "Payments" in page_of(joined)
    assert Enrolment.objects.get().participant.name == "Amina Example"


def test_a_no_says_kindly_why_and_what_else_there_is(kim, pilot):
    page = page_of(record(kim, pilot, age="17", home="yes"))

    assert "This pilot is not the right one for them" in page
    assert "This pilot is for people from 18 on." in page
    assert "The welcome desk knows of other help." in page
    for harsh in ("reject", "fail", "ineligible", "denied"):
        assert harsh not in page.lower()
    assert "Enrol them" not in page


def test_what_is_not_answered_waits_on_the_list_and_is_filled_in(kim, pilot):
    page = page_of(record(kim, pilot, age="30"))
    application = Application.objects.get()
    to_do = page_of(kim.get("/staff/"))
    waiting = page_of(kim.get(f"/staff/pilots/{pilot.public_id}/applications/?result=undecided"))

    filled = kim.post(
        f"/staff/applications/{application.public_id}/decide/",
        {"asks_age": "30", "asks_home": "yes"},
        follow=True,
    )

    assert "Not decided yet" in page
    assert "Do you live in the harbour district?" in page
    assert "1 application waits for an answer" in to_do
    assert "Amina Example" in waiting
    assert "They can join" in page_of(filled)


def test_deciding_again_asks_why_and_shows_both_decisions(kim, pilot):
    application = apply(pilot, {"age": 17, "home": True})
    ask(pilot, from_age(16), "More money came")
    where = f"/staff/applications/{application.public_id}/"
    answers = {"asks_age": "17", "asks_home": "yes"}

    before = page_of(kim.get(where))
    without = kim.post(f"{where}decide/", answers)
    again = kim.post(f"{where}decide/", {**answers, "why_again": "They asked"}, follow=True)

    assert "version 3 is in force" in before
    assert without.status_code == 400
    assert "Say why this is decided again" in page_of(without)
    assert "They can join" in page_of(again)
    assert "Not this pilot" in page_of(again)


@pytest.mark.parametrize(
    ("answers", "words"),
    [({"age": "old"}, "number"), ({"age": "-1"}, "0"), ({"home": "maybe"}, "There is a problem")],
)
def test_an_answer_of_another_kind_is_said_beside_its_question(kim, pilot, answers, words):
    response = record(kim, pilot, **answers)

    assert response.status_code == 400
    assert words in page_of(response)
    assert not Application.objects.exists()


def test_the_same_particulars_again_are_asked_about(kim, pilot):
    record(kim, pilot, age="30", home="yes")

    again = record(kim, pilot, age="30", home="yes")

    assert again.status_code == 400
    assert "Is this another person?" in page_of(again)
    assert Application.objects.count() == 1


def test_a_long_list_comes_a_page_at_a_time(kim, pilot):
    for number in range(51):
        apply(pilot, name=f"Person {number:02} Example")

    second = page_of(kim.get(f"/staff/pilots/{pilot.public_id}/applications/?page=2"))

    assert "Person 50 Example" in second
    assert "Person 00 Example" not in second


def test_nothing_of_another_pilot_is_there(client, pilot):
    application = apply(pilot)
    client.force_login(a_member(a_pilot(name="Quay"), *MANY_ROLES, email="noor@example.org"))
    paths = ["", "decide/", "join/"]

    found = [
        client.get(f"/staff/applications/{application.public_id}/{one}").status_code
        for one in paths
    ]
    lists = client.get(f"/staff/pilots/{pilot.public_id}/applications/").status_code

    assert {*found, lists} == {404}


@pytest.mark.parametrize("role", [Role.RESEARCHER, Role.AUDITOR, Role.PREPARER, Role.APPROVER])
def test_only_managers_and_caseworkers_see_who_asks_to_join(pilot, role):
    application = apply(pilot)
    browser = Client()
    browser.force_login(a_member(pilot, role, email="small@example.org"))

    answers = [
        browser.get(f"/staff/applications/{application.public_id}/"),
        browser.get(f"/staff/pilots/{pilot.public_id}/applications/"),
        browser.post(f"/staff/pilots/{pilot.public_id}/applications/new/", AMINA),
    ]

    assert {one.status_code for one in answers} == {403}
    assert Application.objects.count() == 1
