"""Places that people can turn to: kept by staff in versions, read by everybody who takes part."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Signposts
from participants.operations.signposts import publish_signposts
from participants.queries.signposts import places_for
from participants.rules.signposts import Place, as_text, read_places
from tests.factories import BY, NOON, a_member, a_pilot, a_user, an_enrolment

pytestmark = pytest.mark.django_db
LIST = "Harbour Advice | 0800 000 0001 | debts\n\nOld Mill | https://mill.example\n"
PLACES = [
    Place("Harbour Advice", "0800 000 0001", "debts"),
    Place("Old Mill", "https://mill.example"),
]


@pytest.fixture
def pilot():
    return a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))


@pytest.fixture
def staff(client, pilot):
    client.force_login(a_member(pilot, Role.CASEWORKER, email="kim@example.org"))
    return client


def publish(pilot, places=PLACES, nation="england-and-wales"):
    return publish_signposts(pilot=pilot, nation=nation, places=places, by=BY, now=NOON)


def own_browser(enrolment):
    browser = Client()
    session = browser.session
    session["participant"] = enrolment.participant.public_id
    session.save()
    return browser


def test_a_list_is_read_line_by_line_and_written_back_alike():
    assert read_places(LIST) == PLACES
    assert read_places(as_text(PLACES)) == PLACES


def test_a_press_leads_to_the_phone_or_the_page():
    assert [one.url for one in PLACES] == ["tel:08000000001", "https://mill.example"]
    assert Place("Odd", "javascript:alert(1)").url == ""
    assert Place("Door", "by the church").url == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one"),
        ("Harbour Advice", "Line 1 is no place"),
        ("A | 1234\nB | 2 | 3 | 4", "Line 2 is no place"),
        (" | 0800 000 0001", "needs a name"),
        ("A | ", "needs a name"),
        ("\n".join(["A | 1234"] * 21), "at most 20"),
        (f"{'x' * 201} | 1234", "at most 200"),
        ("x" * 5001, "at most 5000"),
    ],
)
def test_what_is_no_list_is_refused_in_words(text, says):
    with pytest.raises(Invalid, match=says):
        read_places(text)


def test_staff_publish_a_version_and_everybody_reads_the_newest(staff, pilot):
    page = f"/staff/pilots/{pilot.public_id}/places/"
    staff.post(page, {"nation": "england-and-wales", "places": "Closed Door | 1234"})
    staff.post(page, {"nation": "england-and-wales", "places": LIST})

    shown = [
        own_browser(one).get(f"/my/{one.public_id}/places/").content.decode()
        for one in (an_enrolment(pilot), an_enrolment(pilot, name="Ben Example", arm="services"))
    ]

    assert [one.version for one in Signposts.objects.order_by("pk")] == [1, 2]
    assert all("Harbour Advice" in one and "Closed Door" not in one for one in shown)


def test_by_api_too(staff, pilot):
    place = f"/api/v1/pilots/{pilot.public_id}/signposts/"
    said = {"nation": "scotland", "places": [{"name": "Old Mill", "reach": "0800 000 0002"}]}

    answer = staff.post(place, json.dumps(said), content_type="application/json")

    assert answer.status_code == 201, answer.content
    assert staff.get(place).json() == []
    (listed,) = staff.get(f"{place}?nation=scotland").json()
    assert (listed["version"], listed["places"][0]["name"]) == (1, "Old Mill")


def test_a_person_reads_their_own_pilots_list_by_api(pilot):
    publish(pilot)
    person = an_enrolment(pilot)

    places = own_browser(person).get(f"/api/v1/my/{person.public_id}/places/").json()

    assert [one["name"] for one in places] == ["Harbour Advice", "Old Mill"]


def test_each_nation_has_a_list_of_its_own(pilot):
    publish(pilot)
    publish(pilot, [Place("Glen Advice", "1234")], nation="scotland")

    assert places_for(pilot) == PLACES


def test_the_same_places_are_not_published_twice(pilot):
    publish(pilot)

    with pytest.raises(Refused, match="listed already"):
        publish(pilot)

    assert Signposts.objects.count() == 1


def test_a_published_list_is_never_changed(pilot):
    publish(pilot)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute("UPDATE participants_signposts SET places = '[]'")


@pytest.mark.parametrize("role", [Role.PREPARER, Role.APPROVER, Role.RESEARCHER, Role.AUDITOR])
def test_only_those_who_work_with_people_keep_the_list(pilot, role):
    browser = Client()
    browser.force_login(a_member(pilot, role, email="small@example.org"))

    answers = [
        browser.post(f"/staff/pilots/{pilot.public_id}/places/", {"places": LIST}),
        browser.post(f"/api/v1/pilots/{pilot.public_id}/signposts/", {}),
    ]

    assert [one.status_code for one in answers] == [403, 403]
    assert not Signposts.objects.exists()


def test_another_pilots_list_is_not_there(pilot):
    other = a_pilot(name="Harbour", manager=a_user("noor@example.org", may_set_up_pilots=True))
    browser = Client()
    browser.force_login(a_user("noor@example.org"))

    answers = [
        browser.get(f"/staff/pilots/{pilot.public_id}/places/"),
        browser.get(f"/api/v1/pilots/{pilot.public_id}/signposts/"),
        own_browser(an_enrolment(other)).get(f"/my/{an_enrolment(pilot).public_id}/places/"),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]
