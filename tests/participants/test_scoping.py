"""Whose pilot it is: to a stranger it does not exist, to a member too small for it, a sentence."""

import pytest
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.refusals import NotAllowed, NotFound
from participants.models import Enrolment
from participants.queries import enrolment_for, pilot_for, pilots_of, roles_of
from payments.models import PayRun
from tests.factories import (
    MANY_ROLES,
    a_member,
    a_pilot,
    a_prepared_run,
    a_user,
    an_enrolment,
    ready,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def harbour():
    """Somebody else's pilot: a person in it, and a pay run."""
    owner = a_user("owner@example.org", may_set_up_pilots=True)
    pilot = a_pilot(name="Harbour Cash Pilot", manager=owner)
    ready(an_enrolment(pilot, name="Zofia Example"))
    a_prepared_run(pilot)
    pilot.memberships.exclude(user=owner).delete()
    return pilot


@pytest.fixture
def outsider(harbour):
    """Someone with every role there is, in another pilot."""
    here = a_pilot(manager=a_user("noor@example.org", may_set_up_pilots=True))
    return a_member(here, *MANY_ROLES, email="noor@example.org")


def test_lists_hold_only_what_is_theirs(client, harbour, outsider):
    client.force_login(outsider)

    pages = [client.get(f"/staff/{part}") for part in ("", "participants/", "pay-runs/")]
    listed = client.get("/api/v1/pilots/").json()

    assert not [page for page in pages if "Harbour" in page.content.decode()]
    assert [one["name"] for one in listed] == ["Bridge Street Cash Pilot"]


def test_an_anonymous_visitor_is_sent_to_sign_in_and_back(client):
    response = client.get("/staff/participants/")

    assert response.headers["Location"] == "/accounts/login/?next=/staff/participants/"


@pytest.mark.parametrize(
    ("role", "path", "act"),
    [
        (Role.AUDITOR, "/staff/participants/{person}/", "see people"),
        (Role.RESEARCHER, "/staff/pilots/{pilot}/enrol/", "enrol people"),
        (Role.CASEWORKER, "/staff/pay-runs/{run}/", "see money"),
        (Role.PREPARER, "/api/v1/enrolments/{person}/", "see people"),
        (Role.CASEWORKER, "/api/v1/pilots/{pilot}/pay-runs/", "see money"),
    ],
)
def test_a_member_whose_role_is_too_small_is_told_so(harbour, role, path, act):
    person, run = Enrolment.objects.get(), PayRun.objects.get()
    browser = Client()
    browser.force_login(a_member(harbour, role, email="small@example.org"))

    response = browser.get(
        path.format(person=person.public_id, pilot=harbour.public_id, run=run.public_id)
    )

    assert response.status_code == 403
    assert f"Your role does not let you {act}." in response.content.decode()
    assert "Ask someone who is:" in response.content.decode()
    assert "Zofia" not in response.content.decode()


def test_a_role_counts_only_in_its_own_pilot(harbour, outsider):
    assert roles_of(outsider, harbour) == set()
    assert harbour not in pilots_of(outsider)
    a_member(harbour, Role.AUDITOR, email=outsider.email)

    with pytest.raises(NotAllowed):
        pilot_for(outsider, harbour.public_id, "enrol people")

    assert pilot_for(outsider, harbour.public_id, "see money") == harbour


def test_an_enrolment_is_found_through_its_own_pilot_only(harbour, outsider):
    person = Enrolment.objects.get(pilot=harbour)

    with pytest.raises(NotFound):
        enrolment_for(outsider, person.public_id, "see people")

    a_member(harbour, Role.CASEWORKER, email=outsider.email)
    assert enrolment_for(outsider, person.public_id, "see people") == person


def test_two_roles_in_one_pilot_list_it_once(harbour):
    user = a_member(harbour, Role.PREPARER, Role.CASEWORKER, email="two@example.org")

    assert list(pilots_of(user)) == [harbour]
