"""People in a comparison arm have pages of their own: consent, contact, surveys, places, problems;
and nothing about money."""

from datetime import date

import pytest
from django.test import Client

from cashpilot.core.access import Role
from evaluation.queries.due import surveys_due
from participants.operations.signposts import publish_signposts
from participants.rules.signposts import Place
from tests.evaluation.worlds import a_participant, a_studied_pilot, an_answer, answered, consent
from tests.factories import BY, NOON, a_member

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture
def ben():
    pilot = a_studied_pilot()
    places = [Place("Harbour Advice", "0800 000 0001", "debts")]
    publish_signposts(pilot=pilot, nation=pilot.nation, places=places, by=BY, now=NOON)
    return a_participant(pilot, "services", name="Ben Example")


def staff_page(ben, *roles):
    browser = Client()
    browser.force_login(a_member(ben.pilot, *roles, email="kim@example.org"))
    return browser.get(f"/staff/participants/{ben.public_id}/").content.decode()


def own_page(ben, path=""):
    browser = Client()
    session = browser.session
    session["participant"] = ben.participant.public_id
    session.save()
    return browser.get(f"/my/{ben.public_id}/{path}").content.decode()


def test_staff_see_consent_contact_surveys_and_places_and_no_money(ben):
    page = staff_page(ben, Role.CASEWORKER)

    for words in (
        "What they agreed to",
        "How to reach them safely",
        "Problems and complaints",
        "Wave 1",
        "Harbour Advice",
        "Life events",
    ):
        assert words in page
    assert "£" not in page
    assert "Statement of payments" not in page


def test_who_does_not_record_answers_is_not_told_which_surveys_wait(ben):
    page = staff_page(ben, Role.SAFEGUARDING_LEAD)

    assert "Wave 1" not in page
    assert "Harbour Advice" in page


def test_their_own_page_leads_everywhere_and_names_no_money(ben):
    page = own_page(ben)

    for path in ("choices", "contact", "surveys", "problems"):
        assert f"/my/{ben.public_id}/{path}/" in page
    assert "Harbour Advice" in page
    assert "Wave 1" in own_page(ben, "surveys/")
    assert "£" not in page


def test_an_answered_survey_waits_no_longer_and_nobody_who_said_no_is_asked(ben):
    assert [one.number for one in surveys_due(ben, TODAY)] == [0, 1]

    answered(ben.pilot, an_answer(ben, 7, wave=1))
    after_an_answer = [one.number for one in surveys_due(ben, TODAY)]
    consent(ben, decision="withdrawn", decided_on=TODAY)

    assert after_an_answer == [0]
    assert surveys_due(ben, TODAY) == []
    assert "nothing to answer now" in own_page(ben, "surveys/")


def test_a_wave_that_is_still_to_come_waits_for_nobody(ben):
    assert surveys_due(ben, date(2026, 2, 19)) == []
