"""The timeline of a person: everything that every app knows, to each only what they may know."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cashpilot import journeys
from cashpilot.core.access import Role
from cashpilot.pages.timeline import own_timeline, shown_to_the_person, timeline_for
from participants.operations import complaints
from participants.operations.benefits import note_benefit
from participants.operations.contact import set_safe_contact
from participants.operations.notices import tell
from participants.operations.safeguarding import write_restricted_note
from payments.models import Disbursement
from payments.operations import arrivals, schedules
from tests.evaluation.worlds import a_participant, a_studied_pilot, an_answer, answered
from tests.factories import (
    BY,
    MANY_ROLES,
    NOON,
    a_member,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)

pytestmark = pytest.mark.django_db
WHO = {"by": BY, "now": NOON + timedelta(hours=1)}


@pytest.fixture
def amina():
    """Somebody to whom one of everything happened."""
    person = ready(a_participant(a_studied_pilot(), "cash", name="Amina Example"))
    pilot = person.pilot
    a_member(pilot, Role.CASEWORKER, email="kim@example.org")
    kim = a_user("kim@example.org")
    type(kim).objects.filter(pk=kim.pk).update(first_name="Kim", last_name="Hale")
    an_approved_run(pilot)
    sent = Disbursement.objects.all()
    sent.update(state="submitted", provider_reference="tr_1")
    arrivals.has_arrived(disbursement=sent.get(), **WHO)
    award = person.award
    schedules.top_up(
        award=award, amount_minor=5_000, due_date=date(2026, 6, 1), reason="A new boiler", **WHO
    )
    schedules.hold_award(award=award, reason="asked_for", **WHO)
    note_benefit(
        enrolment=person, kind="waiver", programme="Housing help", noted_on=date(2026, 3, 1), **WHO
    )
    set_safe_contact(participant=person.participant, way="neither", **WHO)
    tell(participant=person.participant, kind="came_back", **WHO)
    journeys.record_life_event(
        enrolment=person, kind="moved", happened_on=date(2026, 3, 1), recorder=None, **WHO
    )
    one = complaints.make_complaint(
        enrolment=person, kind="other", body="The office was closed", how="phone", **WHO
    )
    complaints.answer(complaint=one, words="At nine", by=kim.public_id, now=WHO["now"])
    complaints.make_complaint(
        enrolment=person, kind="staff", body="He shouted", how="own_page", about=kim, **WHO
    )
    answered(pilot, an_answer(person, 7))
    write_restricted_note(enrolment=person, body="Somebody reads her letters", **WHO)
    return person


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    return browser


def own_browser(enrolment):
    browser = Client()
    session = browser.session
    session["participant"] = enrolment.participant.public_id
    session.save()
    return browser


def member(person, *roles):
    return a_member(person.pilot, *roles, email="one@example.org")


EVERYTHING = {
    "enrolment",
    "consent",
    "award",
    "payment",
    "contact",
    "life",
    "problem",
    "note",
    "survey",
    "restricted",
}


def test_all_kinds_of_events_are_merged_newest_first(amina):
    found = timeline_for(member(amina, *MANY_ROLES), amina)

    assert {one.kind for one in found} == EVERYTHING
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)


def test_each_line_has_who_when_and_why(amina):
    page = browser_of(member(amina, Role.MANAGER)).get(
        f"/staff/participants/{amina.public_id}/timeline/"
    )

    shown = page.content.decode()
    assert "A new boiler" in shown
    assert ">Kim Hale</td>" in shown
    assert "They have it: £360.00" in shown
    assert "2 Mar 2026, 13:00" in shown


def test_a_caseworker_sees_no_restricted_note_and_no_complaint_about_themselves(amina):
    browser = browser_of(a_user("kim@example.org"))

    page = browser.get(f"/staff/participants/{amina.public_id}/timeline/").content.decode()
    api = browser.get(f"/api/v1/enrolments/{amina.public_id}/timeline/?page_size=500").json()

    for words in ("estricted", "reads her letters", "He shouted", "How somebody treated"):
        assert words not in page
        assert words not in str(api)
    assert "Told us: Something else" in page


def test_a_lead_sees_the_notes_and_no_surveys(amina):
    found = timeline_for(member(amina, Role.SAFEGUARDING_LEAD), amina)

    assert {one.kind for one in found} == EVERYTHING - {"survey"}
    assert "Somebody reads her letters" in [one.why for one in found]


def test_surveys_are_days_and_never_answers(amina):
    found = timeline_for(member(amina, Role.CASEWORKER), amina, "survey")

    assert [str(one.what) for one in found] == ["Answered Wave 1 on Sunday 1 March 2026"]


@pytest.mark.parametrize("kind", sorted(EVERYTHING))
def test_one_kind_is_shown_alone(amina, kind):
    browser = browser_of(member(amina, *MANY_ROLES))

    answer = browser.get(f"/api/v1/enrolments/{amina.public_id}/timeline/?kind={kind}").json()

    assert {one["kind"] for one in answer["results"]} == {kind}


def test_asking_for_restricted_notes_reads_like_asking_for_nonsense(amina):
    browser = browser_of(a_user("kim@example.org"))
    place = f"/api/v1/enrolments/{amina.public_id}/timeline/"

    restricted, nonsense = browser.get(f"{place}?kind=restricted"), browser.get(f"{place}?kind=x")

    assert (restricted.status_code, nonsense.status_code) == (400, 400)
    assert restricted.json() == nonsense.json()
    assert "restricted" not in restricted.content.decode()


def test_the_person_reads_their_own_in_plain_words(amina):
    browser = own_browser(amina)

    page = browser.get(f"/my/{amina.public_id}/timeline/").content.decode()
    api = browser.get(f"/api/v1/my/{amina.public_id}/timeline/").json()["results"]

    for words in (
        "You take part",
        "Your payments were promised to you",
        "You told us that you have £360.00",
        "We answered what you told us",
        "We wrote down that you have moved",
        "You answered Wave 1",
    ):
        assert words in page
        assert any(words in one["what"] for one in api)
    for words in ("estricted", "reads her letters", "Kim", "A new boiler", "asked for it"):
        assert words not in page
        assert words not in str(api)


BANNED = (
    "eligible compliance beneficiary disbursement claim sanction entitlement failed suspended fraud"
    " control"
)


def test_nothing_the_person_reads_is_in_our_jargon(amina):
    said = " ".join(shown_to_the_person(one)["what"] for one in own_timeline(amina)).lower()

    assert [word for word in BANNED.split() if word in said] == []


def test_a_comparison_person_has_one_too_without_money(amina):
    ben = an_enrolment(amina.pilot, name="Ben Example", arm="services")

    found = timeline_for(member(amina, *MANY_ROLES), ben)

    assert {one.kind for one in found} == {"enrolment", "consent"}
    assert (
        "You take part" in own_browser(ben).get(f"/my/{ben.public_id}/timeline/").content.decode()
    )


def test_a_page_has_fifty_lines_and_as_many_questions_however_much_happened(amina):
    browser = browser_of(member(amina, *MANY_ROLES))
    place = f"/staff/participants/{amina.public_id}/timeline/"
    browser.get(place)
    with CaptureQueriesContext(connection) as few:
        browser.get(place)
    for number in range(60):
        now = NOON + timedelta(days=1, minutes=number)
        one = complaints.make_complaint(
            enrolment=amina, kind="other", body="x", how="phone", by=BY, now=now
        )
        complaints.answer(complaint=one, words="x", by=BY, now=now)

    with CaptureQueriesContext(connection) as many:
        page = browser.get(place).content.decode()

    assert len(many) == len(few)
    assert page.count("<time datetime") == 50
    assert "Page 1 of 4" in page


@pytest.mark.parametrize("role", [Role.PREPARER, Role.APPROVER, Role.RESEARCHER, Role.AUDITOR])
def test_roles_that_do_not_see_people_see_no_timeline(amina, role):
    browser = browser_of(member(amina, role))

    answers = [
        browser.get(f"/staff/participants/{amina.public_id}/timeline/"),
        browser.get(f"/api/v1/enrolments/{amina.public_id}/timeline/"),
    ]

    assert [one.status_code for one in answers] == [403, 403]


def test_somebody_elses_is_not_there(amina):
    ben = own_browser(an_enrolment(amina.pilot, name="Ben Example"))

    answers = [
        ben.get(f"/my/{amina.public_id}/timeline/"),
        ben.get(f"/api/v1/my/{amina.public_id}/timeline/"),
        Client().get(f"/my/{amina.public_id}/timeline/"),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]
