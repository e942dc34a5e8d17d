"""A caseworker who is bound to a site sees its people only; the rest is not there for them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from cashpilot.journeys import amend_pilot, launch_pilot
from participants.models import Enrolment, Membership, Pair, Site
from participants.operations.applications import record_application
from participants.operations.complaints import make_complaint
from participants.operations.drafts import begin_pilot, declare_ready
from participants.operations.intakes import take_in
from participants.operations.pairs import search
from participants.operations.roles import give_role
from participants.operations.sites import add_site, place
from participants.queries.complaints import who_may_own
from participants.queries.designs import plan_of
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
from tests.participants.test_pilot_files import a_plan

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
        f"/staff/participants/{one.public_id}/contact/",
        f"/staff/participants/{one.public_id}/problems/",
        f"/staff/participants/{one.public_id}/statement/",
        f"/api/v1/enrolments/{one.public_id}/",
        f"/api/v1/enrolments/{one.public_id}/consents/",
        f"/api/v1/enrolments/{one.public_id}/schedule/",
        f"/api/v1/enrolments/{one.public_id}/claims/",
        f"/api/v1/enrolments/{one.public_id}/safe-contact/",
        f"/api/v1/enrolments/{one.public_id}/complaints/",
    ]


def addresses_about_answers(one):
    """Those that read the study, where one may: a test of people and payments must not."""
    return [
        f"/staff/participants/{one.public_id}/timeline/",
        f"/staff/participants/{one.public_id}/research-choices/",
        f"/api/v1/enrolments/{one.public_id}/timeline/",
    ]


def test_somebody_at_another_site_or_at_none_is_not_there(harbour):
    elsewhere = [person(name) for name in ("Ben Example", "Zofia Example")]
    found = {
        where: harbour.get(where).status_code
        for one in elsewhere
        for where in [*addresses(one), *addresses_about_answers(one)]
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

    sent = harbour.post(
        f"/staff/pilots/{pilot.public_id}/enrol-file/",
        {"file": SimpleUploadedFile("people.csv", rows)},
    )
    harbour.post(f"{sent.url}add/")

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
        ("arm=services", []),
        ("state=ended", []),
        ("page_size=2", ["Zofia Example", "Ben Example"]),
        ("page_size=2&page=2", ["Amina Example"]),
    ],
)
def test_people_are_filtered_and_turned_page_by_page(client, pilot, asked, found):
    client.force_login(a_user())

    answer = client.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/?{asked}")

    assert [one["name"] for one in answer.json()["results"]] == found


def test_people_are_filtered_by_their_site(client, pilot):
    client.force_login(a_user())
    mill = Site.objects.get(name="Mill").public_id

    answer = client.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/?site={mill}")

    assert [one["name"] for one in answer.json()["results"]] == ["Ben Example"]


def test_whom_they_look_for_is_found_at_their_site_only(harbour):
    pages = [
        harbour.post("/staff/participants/", {"who": name}).content.decode()
        for name in ("amina example", "ben example")
    ]

    assert [f"/staff/participants/{person('Amina Example').public_id}/" in pages[0]] == [True]
    assert person("Ben Example").public_id not in pages[1]


@pytest.mark.parametrize("asked", ["state=flying", "page=0", "page_size=501", "page=lots"])
def test_a_filter_that_cannot_be_is_refused(client, pilot, asked):
    client.force_login(a_user())

    answer = client.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/?{asked}")

    assert answer.status_code == 400
    assert answer.json()["errors"]


def told_about(name: str):
    said = {"kind": "other", "body": "It was cold.", "how": "in_person"}
    return make_complaint(enrolment=person(name), by=BY, now=NOON, **said)


def test_what_people_elsewhere_told_us_is_not_there(harbour):
    here, there = told_about("Amina Example"), told_about("Ben Example")

    answers = [harbour.get(f"/staff/problems/{one.public_id}/") for one in (here, there)]
    waiting = harbour.get("/api/v1/complaints/").json()["results"]

    assert [one.status_code for one in answers] == [200, 404]
    assert [one["public_id"] for one in waiting] == [here.public_id]


def test_a_complaint_is_handed_to_somebody_who_reaches_the_person(pilot, harbour):
    there = told_about("Ben Example")

    assert not who_may_own(there).filter(email="hana@example.org").exists()
    assert who_may_own(told_about("Amina Example")).filter(email="hana@example.org").exists()


def test_applications_files_and_lists_of_a_site_are_its_own(client, pilot, harbour):
    mill = Site.objects.get(name="Mill")
    who = {"by": BY, "now": NOON}
    made = record_application(pilot=pilot, name="Dai Example", answers={}, site=mill, **who)
    raw = b"name,arm,consent_date\nEwa Example,cash,2026-02-20\n"
    sent = take_in(pilot=pilot, file_name="people.csv", raw=raw, site=mill, **who)
    addresses = (f"applications/{made.public_id}/", f"intakes/{sent.public_id}/")
    client.force_login(a_user())

    found = [harbour.get(f"/staff/{one}").status_code for one in addresses]
    listed = harbour.get(f"/api/v1/pilots/{pilot.public_id}/applications/").json()["results"]

    assert found == [404, 404]
    assert listed == []
    assert [client.get(f"/staff/{one}").status_code for one in addresses] == [200, 200]


def test_of_somebody_elsewhere_a_file_shows_the_code_only(pilot, harbour):
    ben = person("Ben Example")
    rows = b"name,arm,consent_date\nBen Exampel,cash,2026-02-20\nBen Exampel,cash,2026-02-21\n"
    said = {"file": SimpleUploadedFile("people.csv", rows)}

    page = harbour.post(
        f"/staff/pilots/{pilot.public_id}/enrol-file/", said, follow=True
    ).content.decode()

    assert "Ben Example" not in page
    assert ben.participant.public_id not in page


def test_a_pair_is_shown_to_whoever_reaches_both(pilot, harbour, client):
    twin = ready(an_enrolment(pilot, name="Ben Example", code="TWIN22"))
    search(pilot=pilot, by=BY, now=NOON)
    pair = Pair.objects.get()
    where = f"/staff/pilots/{pilot.public_id}/pairs/"
    place(enrolment=twin, site=Site.objects.get(name="Harbour"), by=BY, now=NOON)
    client.force_login(a_user())

    assert "Ben Example" not in harbour.get(where).content.decode()
    assert harbour.post(f"/staff/pairs/{pair.public_id}/decide/").status_code == 404
    assert "Ben Example" in client.get(where).content.decode()


def test_the_sites_of_a_design_are_opened_at_its_launch_once():
    manager = a_user(may_set_up_pilots=True)
    sites = [{"code": "harbour", "name": "Harbour"}, {"code": "mill", "name": "Mill"}]
    pilot = begin_pilot(plan=a_plan(sites=sites), manager=manager, by=BY, now=NOON)
    declare_ready(pilot=pilot, by=BY, now=NOON)
    launch_pilot(pilot=pilot, by=BY, now=NOON)
    plan = {**plan_of(pilot), "sites": [*sites, {"code": "quay", "name": "Quay"}]}

    amend_pilot(pilot=pilot, plan=plan, reason="One more shelter", by=BY, now=NOON)

    assert sorted(pilot.sites.values_list("name", flat=True)) == ["Harbour", "Mill", "Quay"]
