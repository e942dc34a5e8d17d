"""A caseworker who is bound to a site sees its people only; the rest is not there for them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import Enrolment, Membership, Site
from participants.operations.roles import give_role
from participants.operations.sites import add_site, place
from payments.models import Disbursement
from tests.factories import (
    BY,
    NOON,
    a_member,
    a_pilot,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot():
    """Two sites, one person at each, and one at none."""
    pilot = a_pilot()
    for name, site in (
        ("Amina Example", "Harbour"),
        ("Ben Example", "Mill"),
        ("Zofia Example", ""),
    ):
        person = ready(an_enrolment(pilot, name=name))
        if site:
            made = add_site(pilot=pilot, site_name=site, by=BY, now=NOON)
            place(enrolment=person, site=made, by=BY, now=NOON)
    return pilot


@pytest.fixture
def harbour(pilot):
    """The browser of a caseworker at the harbour."""
    user = a_user("hana@example.org")
    site = Site.objects.get(name="Harbour")
    give_role(pilot=pilot, user=user, role=Role.CASEWORKER, site=site, by=BY, now=NOON)
    browser = Client()
    browser.force_login(user)
    return browser


def person(name) -> Enrolment:
    return Enrolment.objects.get(participant__name=name)


def addresses(one):
    return [
        f"/staff/participants/{one.public_id}/",
        f"/staff/participants/{one.public_id}/choices/",
        f"/staff/participants/{one.public_id}/life-events/",
        f"/staff/participants/{one.public_id}/benefits/",
        f"/staff/participants/{one.public_id}/payments/",
        f"/api/v1/enrolments/{one.public_id}/",
        f"/api/v1/enrolments/{one.public_id}/consents/",
        f"/api/v1/enrolments/{one.public_id}/schedule/",
        f"/api/v1/enrolments/{one.public_id}/claims/",
    ]


def test_somebody_at_another_site_or_at_none_is_not_there(harbour):
    found = {
        where: harbour.get(where).status_code
        for name in ("Ben Example", "Zofia Example")
        for where in addresses(person(name))
    }

    assert {where: status for where, status in found.items() if status != 404} == {}


def test_somebody_at_their_own_site_is(harbour):
    found = {where: harbour.get(where).status_code for where in addresses(person("Amina Example"))}

    assert {where: status for where, status in found.items() if status != 200} == {}


def test_lists_hold_their_own_people_only(harbour, pilot):
    page = harbour.get("/staff/participants/").content.decode()
    listed = harbour.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/").json()
    waiting = harbour.get(f"/api/v1/pilots/{pilot.public_id}/recipients/").content.decode()

    assert "Amina" in page
    assert "Ben" not in page + waiting
    assert [one["name"] for one in listed["results"]] == ["Amina Example"]


def test_a_payment_of_somebody_elsewhere_is_not_there(harbour, pilot):
    an_approved_run(pilot)
    said = {"kind": "called", "note": "They called."}

    found = {
        str(one.instalment.award.enrolment.participant.name): harbour.post(
            f"/api/v1/payments/{one.public_id}/follow-up/", said, content_type="application/json"
        ).status_code
        for one in Disbursement.objects.all()
    }

    assert found["Ben Example"] == found["Zofia Example"] == 404
    assert found["Amina Example"] != 404


def test_whoever_is_bound_to_no_site_sees_everybody(client, pilot):
    client.force_login(a_member(pilot, Role.CASEWORKER))

    listed = client.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/").json()

    assert listed["count"] == 3


def test_another_role_in_the_whole_pilot_opens_all_that_it_may(harbour, pilot):
    a_member(pilot, Role.MANAGER, email="hana@example.org")

    answer = harbour.get(f"/api/v1/enrolments/{person('Ben Example').public_id}/")

    assert answer.status_code == 200


def test_whom_they_enrol_is_met_at_their_site(harbour, pilot):
    said = {"name": "Carys Example", "arm": "cash", "consent_date": "2026-02-20"}

    answer = harbour.post(
        f"/api/v1/pilots/{pilot.public_id}/enrolments/", said, content_type="application/json"
    )

    assert answer.status_code == 201, answer.content
    assert person("Carys Example").site.name == "Harbour"


def test_whom_they_enrol_by_file_too(harbour, pilot):
    rows = b"name,arm,consent_date\nCarys Example,cash,2026-02-20\n"

    harbour.post(
        f"/staff/pilots/{pilot.public_id}/enrol-file/",
        {"file": SimpleUploadedFile("people.csv", rows)},
    )

    assert person("Carys Example").site.name == "Harbour"


def test_the_manager_opens_a_site_places_a_person_and_binds_a_caseworker(client, pilot):
    client.force_login(a_user())
    tom = a_member(pilot, Role.CASEWORKER)
    zofia = person("Zofia Example")

    client.post(f"/staff/pilots/{pilot.public_id}/sites/", {"site_name": "Quay"})
    quay = Site.objects.get(name="Quay")
    client.post(f"/staff/participants/{zofia.public_id}/site/", {"site": quay.public_id})
    client.post(
        f"/staff/pilots/{pilot.public_id}/team/give/",
        {"user": tom.public_id, "role": "caseworker", "site": quay.public_id},
    )

    assert person("Zofia Example").site == quay
    assert Membership.objects.get(user=tom).site == quay
    verbs = AuditEvent.objects.values_list("verb", flat=True)
    assert {"site.added", "enrolment.placed"} <= set(verbs)


def test_the_same_by_the_api(client, pilot):
    client.force_login(a_user())
    zofia, where = person("Zofia Example"), f"/api/v1/pilots/{pilot.public_id}"

    made = client.post(f"{where}/sites/", {"site_name": "Quay"}, content_type="application/json")
    quay = made.json()["public_id"]
    placed = client.post(
        f"/api/v1/enrolments/{zofia.public_id}/site/",
        {"site": quay},
        content_type="application/json",
    )

    assert placed.json()["site"] == quay
    assert {one["site_name"]: one["people"] for one in client.get(f"{where}/sites/").json()} == {
        "Harbour": 1,
        "Mill": 1,
        "Quay": 1,
    }


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "HARBOUR"])
def test_a_site_without_a_name_of_its_own_is_refused(pilot, name):
    with pytest.raises(Invalid):
        add_site(pilot=pilot, site_name=name, by=BY, now=NOON)

    assert Site.objects.count() == 2


def test_nobody_is_placed_at_a_site_of_another_pilot(client, pilot):
    elsewhere = add_site(
        pilot=a_pilot(name="Harbour Cash Pilot"), site_name="Quay", by=BY, now=NOON
    )
    client.force_login(a_user())

    answer = client.post(
        f"/api/v1/enrolments/{person('Zofia Example').public_id}/site/",
        {"site": elsewhere.public_id},
        content_type="application/json",
    )

    assert answer.status_code == 400
    assert person("Zofia Example").site is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=min", ["Amina Example"]),
        ("arm=services", []),
        ("state=ended", []),
        ("page_size=2", ["Amina Example", "Ben Example"]),
        ("page_size=2&page=2", ["Zofia Example"]),
    ],
)
def test_people_are_filtered_and_turned_page_by_page(client, pilot, asked, found):
    client.force_login(a_user())

    answer = client.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/?{asked}")

    assert [one["name"] for one in answer.json()["results"]] == found


@pytest.mark.parametrize("asked", ["state=flying", "page=0", "page_size=501", "page=lots"])
def test_a_filter_that_cannot_be_is_refused(client, pilot, asked):
    client.force_login(a_user())

    answer = client.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/?{asked}")

    assert answer.status_code == 400
    assert answer.json()["errors"]
