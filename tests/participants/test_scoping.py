"""Whose pilot it is: to a stranger it does not exist, to a member too small for it, a sentence."""

import pytest
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
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


def addresses(pilot):
    person, run = Enrolment.objects.get(pilot=pilot), PayRun.objects.get(fund__pilot=pilot)
    return {
        "get": [
            f"/staff/pilots/{pilot.public_id}/",
            f"/staff/pilots/{pilot.public_id}/enrol/",
            f"/staff/pilots/{pilot.public_id}/enrol-file/",
            f"/staff/pilots/{pilot.public_id}/people.csv",
            f"/staff/participants/{person.public_id}/",
            f"/staff/pay-runs/{run.public_id}/",
            f"/api/v1/pilots/{pilot.public_id}/enrolments/",
            f"/api/v1/pilots/{pilot.public_id}/pay-runs/",
            f"/api/v1/enrolments/{person.public_id}/",
            f"/api/v1/enrolments/{person.public_id}/consents/",
            f"/api/v1/enrolments/{person.public_id}/schedule/",
            f"/api/v1/pay-runs/{run.public_id}/",
        ],
        "post": [
            f"/staff/pilots/{pilot.public_id}/enrol/",
            f"/staff/pilots/{pilot.public_id}/enrol-file/",
            f"/staff/participants/{person.public_id}/sign-in-link/",
            f"/staff/pay-runs/prepare/{pilot.public_id}/",
            f"/staff/pay-runs/{run.public_id}/submit/",
            f"/staff/pay-runs/{run.public_id}/approve/",
            f"/staff/pay-runs/{run.public_id}/stop/",
            f"/api/v1/pilots/{pilot.public_id}/enrolments/",
            f"/api/v1/pilots/{pilot.public_id}/enrolments/file/",
            f"/api/v1/pilots/{pilot.public_id}/pay-runs/",
            f"/api/v1/enrolments/{person.public_id}/consents/",
            f"/api/v1/pay-runs/{run.public_id}/submit/",
            f"/api/v1/pay-runs/{run.public_id}/approve/",
            f"/api/v1/pay-runs/{run.public_id}/stop/",
        ],
    }


def answers(client, pilot) -> dict[str, int]:
    return {
        f"{method} {path}": getattr(client, method)(path).status_code
        for method, paths in addresses(pilot).items()
        for path in paths
    }


def facts():
    return (
        AuditEvent.objects.count(),
        Enrolment.objects.count(),
        list(PayRun.objects.values_list("state", flat=True)),
    )


def test_nothing_of_another_pilot_is_there(client, harbour, outsider):
    client.force_login(outsider)
    before = facts()

    found = answers(client, harbour)

    assert {where: status for where, status in found.items() if status != 404} == {}
    assert facts() == before


def test_what_is_not_theirs_reads_like_what_never_was(client, harbour, outsider):
    client.force_login(outsider)

    theirs = client.get(f"/api/v1/pilots/{harbour.public_id}/enrolments/").json()
    never = client.get("/api/v1/pilots/plt_never/enrolments/").json()

    assert theirs == never


def test_lists_hold_only_what_is_theirs(client, harbour, outsider):
    client.force_login(outsider)

    pages = [client.get(f"/staff/{part}") for part in ("", "participants/", "pay-runs/")]
    listed = client.get("/api/v1/pilots/").json()

    assert not [page for page in pages if "Harbour" in page.content.decode()]
    assert [one["name"] for one in listed] == ["Bridge Street Cash Pilot"]


def test_nobody_who_is_not_signed_in_gets_anywhere(client, harbour):
    before = facts()

    found = answers(client, harbour)

    for where, status in found.items():
        assert status == (401 if "/api/" in where else 302), where
    assert facts() == before


def test_an_anonymous_visitor_is_sent_to_sign_in_and_back(client):
    response = client.get("/staff/participants/")

    assert response.headers["Location"] == "/accounts/login/?next=/staff/participants/"


def test_a_participants_session_opens_nothing_of_the_staffs(client, harbour):
    session = client.session
    session["participant"] = Enrolment.objects.get(pilot=harbour).participant.public_id
    session.save()

    found = answers(client, harbour)

    assert set(found.values()) == {302, 401}


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
