"""A colleague comes in by an email with a link that is good once, for three days."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from cashpilot.core.access import Role, RolesApart
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from participants.models import Invitation, Membership
from participants.operations.invitations import InvitationIsOver, accept_as_new, invite
from tests.factories import BY, a_member, a_pilot, a_user

pytestmark = pytest.mark.django_db
NEW = {"first_name": "Noor", "last_name": "Example", "password": "three quiet otters"}


@pytest.fixture
def pilot():
    return a_pilot()


def invited(pilot, *roles, email="noor@example.org", now=None):
    """An invitation, and the secret in its link."""
    made, address = invite(
        pilot=pilot,
        email=email,
        roles=roles or (Role.CASEWORKER,),
        inviter=a_user(),
        by=BY,
        now=now or timezone.now(),
    )
    return made, address.split("/join/")[1].rstrip("/")


def roles_of(email):
    return set(Membership.objects.filter(user__email=email).values_list("role", flat=True))


def manager():
    browser = Client()
    browser.force_login(a_user())
    return browser


def test_from_the_invitation_to_the_first_sign_in(
    client, pilot, settings, django_capture_on_commit_callbacks
):
    settings.BASE_URL = "http://testserver"
    with django_capture_on_commit_callbacks(execute=True):
        manager().post(
            f"/staff/pilots/{pilot.public_id}/team/invite/",
            {"email": "Noor@Example.org", "roles": ["caseworker", "approver"]},
        )
    link = re.search(r"http://testserver(/join/\S+/)", mail.outbox[0].body)[1]

    client.post(link, NEW)
    client.post("/accounts/login/", {"login": "noor@example.org", "password": NEW["password"]})

    assert mail.outbox[0].to == ["noor@example.org"]
    assert roles_of("noor@example.org") == {"caseworker", "approver"}
    assert client.get("/staff/").status_code == 200
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"invitation.sent", "invitation.accepted", "user.added", "role.given"} <= verbs


def test_the_link_is_shown_to_nobody_but_whom_it_is_sent_to(pilot):
    browser = manager()

    page = browser.post(
        f"/staff/pilots/{pilot.public_id}/team/invite/",
        {"email": "noor@example.org", "roles": ["caseworker"]},
        follow=True,
    )
    answer = browser.post(
        f"/api/v1/pilots/{pilot.public_id}/invitations/",
        {"email": "ben@example.org", "roles": ["approver"]},
        content_type="application/json",
    )

    assert "/join/" not in page.content.decode() + answer.content.decode()
    assert answer.status_code == 201
    assert Invitation.objects.count() == 2


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_a_link_changes_nothing(client, pilot, method):
    _, secret = invited(pilot)

    getattr(client, method)(f"/join/{secret}/")

    assert Invitation.objects.get().accepted_at is None
    assert not User.objects.filter(email="noor@example.org").exists()


def test_a_link_works_once(client, pilot):
    _, secret = invited(pilot)
    client.post(f"/join/{secret}/", NEW)

    again = client.post(f"/join/{secret}/", {**NEW, "first_name": "Mallory"})

    assert again.status_code == 410
    assert User.objects.get(email="noor@example.org").first_name == "Noor"


def test_a_link_is_over_after_three_days_and_once_it_is_taken_back(client, pilot):
    _, late = invited(pilot, now=timezone.now() - timedelta(days=3, seconds=1))
    taken, back = invited(pilot, email="ben@example.org")
    manager().post(f"/staff/pilots/{pilot.public_id}/invitations/{taken.public_id}/revoke/")

    answers = [client.post(f"/join/{secret}/", NEW) for secret in (late, back, "guessed")]

    assert {answer.status_code for answer in answers} == {410}
    assert User.objects.count() == 1


def test_a_second_invitation_takes_the_first_one_back(pilot):
    _, first = invited(pilot)
    _, second = invited(pilot, Role.APPROVER)

    with pytest.raises(InvitationIsOver):
        accept_as_new(secret=first, by=BY, now=timezone.now(), **NEW)
    accept_as_new(secret=second, by=BY, now=timezone.now(), **NEW)

    assert roles_of("noor@example.org") == {"approver"}


def test_whoever_has_an_account_joins_with_it_and_nobody_else_does(client, pilot):
    _, secret = invited(pilot)
    noor, mallory = a_user("noor@example.org"), a_user("mallory@example.org")
    signed_out = client.post(f"/join/{secret}/", NEW)
    client.force_login(mallory)
    other = client.post(f"/join/{secret}/")
    client.force_login(noor)

    own = client.post(f"/join/{secret}/")

    assert signed_out.headers["Location"].startswith("/accounts/login/")
    assert other.status_code == 400
    assert own.headers["Location"] == "/staff/"
    assert (roles_of(mallory.email), roles_of(noor.email)) == (set(), {"caseworker"})


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_a_weak_password_makes_no_account(client, pilot, password):
    _, secret = invited(pilot)

    answer = client.post(f"/join/{secret}/", {**NEW, "password": password})

    assert answer.status_code == 400
    assert Invitation.objects.get().accepted_at is None
    assert not User.objects.filter(email="noor@example.org").exists()


def test_nobody_gives_themselves_more_than_the_invitation_says(client, pilot):
    _, secret = invited(pilot)
    more = {"roles": ["manager"], "is_superuser": "1", "may_set_up_pilots": "1", "email": "x@y.org"}

    client.post(f"/join/{secret}/", {**NEW, **more})

    noor = User.objects.get(email="noor@example.org")
    assert roles_of(noor.email) == {"caseworker"}
    assert (noor.is_superuser, noor.is_staff, noor.may_set_up_pilots) == (False, False, False)


def test_roles_that_do_not_go_together_are_not_offered_together(pilot):
    a_member(pilot, Role.PREPARER, email="noor@example.org")

    for roles in ((Role.APPROVER,), (Role.RESEARCHER,), (Role.AUDITOR, Role.CASEWORKER)):
        with pytest.raises(RolesApart):
            invited(pilot, *roles)

    assert not Invitation.objects.exists()


def test_roles_given_since_count_when_the_invitation_is_accepted(client, pilot):
    _, secret = invited(pilot, Role.APPROVER)
    noor = a_member(pilot, Role.PREPARER, email="noor@example.org")
    client.force_login(noor)

    answer = client.post(f"/join/{secret}/")

    assert answer.status_code == 400
    assert roles_of(noor.email) == {"preparer"}
    assert Invitation.objects.get().accepted_at is None


def test_nobody_invites_themselves(pilot):
    with pytest.raises(NotAllowed):
        invited(pilot, Role.CASEWORKER, email=a_user().email)

    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("email", "roles"), [("nobody", ["caseworker"]), ("a@b.org", []), ("a@b.org", ["king"])]
)
def test_a_wrong_invitation_is_refused(pilot, email, roles):
    with pytest.raises(Invalid):
        invite(pilot=pilot, email=email, roles=roles, inviter=a_user(), by=BY, now=timezone.now())

    assert not Invitation.objects.exists()


def test_without_email_nobody_is_invited(pilot, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    with pytest.raises(Refused, match="cannot send email"):
        invited(pilot)

    assert not Invitation.objects.exists()


def test_the_manager_gives_and_takes_roles_by_page_and_by_the_api(pilot):
    tom, browser = a_member(pilot, Role.CASEWORKER), manager()
    where = f"/api/v1/pilots/{pilot.public_id}/members/"

    browser.post(
        f"/staff/pilots/{pilot.public_id}/team/give/", {"user": tom.public_id, "role": "approver"}
    )
    browser.post(
        f"{where}take-role/",
        {"user": tom.public_id, "role": "caseworker"},
        content_type="application/json",
    )
    assert roles_of(tom.email) == {"approver"}
    browser.post(f"/staff/pilots/{pilot.public_id}/team/{tom.public_id}/approver/take/")
    kept = browser.post(
        where, {"user": tom.public_id, "role": "caseworker"}, content_type="application/json"
    )

    assert kept.status_code == 404
    assert roles_of(tom.email) == set()


def test_nobody_changes_their_own_roles_by_page_or_api(pilot):
    priya, browser = a_user(), manager()

    page = browser.post(f"/staff/pilots/{pilot.public_id}/team/{priya.public_id}/preparer/take/")
    answer = browser.post(
        f"/api/v1/pilots/{pilot.public_id}/members/",
        {"user": priya.public_id, "role": "caseworker"},
        content_type="application/json",
    )

    assert (page.status_code, answer.status_code) == (403, 403)
    assert roles_of(priya.email) == {"manager", "preparer"}


def test_an_auditor_sees_who_works_here_and_changes_nothing(client, pilot):
    client.force_login(a_member(pilot, Role.AUDITOR, email="ada@example.org"))
    team = f"/staff/pilots/{pilot.public_id}/team/"

    seen = client.get(team)

    assert "Pilot manager" in seen.content.decode()
    assert client.get(f"{team}invite/").status_code == 403
    assert "Take back" not in seen.content.decode()
