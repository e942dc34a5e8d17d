"""Pages that keep people safe, in a real browser: as staff see them, and as the people do."""

import pytest
from django.utils import timezone

from cashpilot.core.access import Role
from participants.operations import complaints
from participants.operations.safeguarding import write_restricted_note
from participants.operations.sign_in import issue_link
from participants.operations.signposts import publish_signposts
from participants.rules.signposts import Place
from tests.browser.page_ok import page_ok
from tests.browser.test_pages import JOINED, look, shot, sign_in, visit, world  # noqa: F401
from tests.factories import BY, a_member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs("chromium")]


@pytest.fixture
def a_safe_world(world):  # noqa: F811
    """The same pilot, with somebody who told us something, and a lead who wrote a note."""
    amina = world.enrolments.get(participant__name="Amina Example")
    places = [
        Place("Harbour Advice", "0800 000 0001", "debts and benefits"),
        Place("Old Mill", "https://mill.example", "a warm place, every day"),
    ]
    who = {"by": BY, "now": timezone.now()}
    publish_signposts(pilot=world, nation=world.nation, places=places, **who)
    said = {"kind": "other", "body": "The office was closed.\nI came twice.", "how": "own_page"}
    for enrolment in (amina, world.enrolments.get(participant__name="Ben Example")):
        answered = complaints.make_complaint(enrolment=enrolment, **said, **who)
        complaints.answer(complaint=answered, words="It opens at nine. We are sorry.", **who)
    complaints.make_complaint(enrolment=amina, **said, by=BY, now=JOINED)
    write_restricted_note(enrolment=amina, body="Call her at work only.", **who)
    lead = a_member(world, Role.SAFEGUARDING_LEAD, email="priya@example.org")
    type(lead).objects.update(first_name="Priya", last_name="Raman")
    return world


def test_what_keeps_people_safe_as_staff_see_it(look, live_server, a_safe_world):  # noqa: F811
    amina = a_safe_world.enrolments.get(participant__name="Amina Example")
    ben = a_safe_world.enrolments.get(participant__name="Ben Example")
    one = amina.complaints.get(state="open")
    sign_in(look, live_server.url, "priya@example.org")

    for path, name in (
        ("", "to-do-with-problems"),
        ("problems/", "problems"),
        (f"problems/{one.public_id}/", "problem"),
        (f"participants/{amina.public_id}/problems/", "problems-of-person"),
        (f"participants/{amina.public_id}/contact/", "safe-contact"),
        (f"participants/{amina.public_id}/restricted-notes/", "restricted-notes"),
        (f"participants/{amina.public_id}/timeline/", "timeline"),
        (f"participants/{ben.public_id}/", "comparison-person"),
        (f"pilots/{a_safe_world.public_id}/places/", "places"),
        (f"pilots/{a_safe_world.public_id}/complaint-days/", "complaint-days"),
    ):
        visit(look, f"{live_server.url}/staff/{path}", name)


@pytest.mark.parametrize("name", ["Amina Example", "Ben Example"])
def test_what_keeps_people_safe_as_they_see_it(look, live_server, a_safe_world, name):  # noqa: F811
    mine = a_safe_world.enrolments.get(participant__name=name)
    secret = issue_link(participant=mine.participant, by=BY, now=timezone.now())
    look.goto(f"{live_server.url}/s/{secret}/")
    look.get_by_role("button", name="Show my page").click()
    look.wait_for_url(f"**/my/{mine.public_id}/")
    shot(look, f"my-page-{mine.arm.code}")

    for path in ("contact/", "problems/", "places/", "timeline/", "surveys/"):
        visit(look, f"{live_server.url}/my/{mine.public_id}/{path}", f"my-{path[:-1]}")

    look.goto(f"{live_server.url}/my/{mine.public_id}/problems/")
    look.get_by_role("button", name="This is settled").click()
    page_ok(look)
    assert look.get_by_text("Settled", exact=True).count() == 1
