"""What somebody would try at the door: to guess, to plant a session, to ask for more."""

import statistics
import time

import pytest
from django.test import Client
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.models import User
from participants.models import Enrolment, Membership, Participant
from participants.operations.sign_in import issue_link
from tests.factories import BY, a_member, a_pilot, a_user, an_enrolment

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


def sign_in(browser, email, password=PASSWORD):
    return browser.post("/accounts/login/", {"login": email, "password": password})


@pytest.fixture
def slow_hash(settings):
    """The hashing of production, whose slowness is what could be measured."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False


def test_an_unknown_address_takes_as_long_as_a_wrong_password(client, slow_hash):
    known = a_user().email

    def seconds(email):
        begun = time.perf_counter()
        sign_in(client, email, "not the right one")
        return time.perf_counter() - begun

    for email in (known, "nobody@example.org"):
        seconds(email)
    pairs = [(seconds(known), seconds("nobody@example.org")) for _ in range(7)]

    one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < one / other < 2


def test_an_unknown_address_reads_like_a_wrong_password(client):
    known = a_user().email

    pages = [sign_in(client, email, "wrong") for email in (known, "nobody@example.org")]

    said = [page.content.decode().replace(known, "X") for page in pages]
    assert len({page.status_code for page in pages}) == 1
    assert "nobody@example.org" not in said[0]
    assert [("not correct" in text) for text in said] == [True, True]


def test_guessing_a_password_is_stopped_even_once_it_is_right(client):
    email = a_user().email
    for number in range(5):
        sign_in(client, email, f"guess {number}")

    sign_in(client, email)

    assert client.get("/staff/").status_code == 302


def test_guessing_is_counted_for_the_address_and_not_for_others(client):
    tom = a_member(a_pilot(), Role.CASEWORKER)
    for number in range(5):
        sign_in(client, "priya@example.org", f"guess {number}")

    sign_in(client, tom.email)

    assert client.get("/staff/").status_code == 200


def test_a_session_that_was_planted_before_signing_in_is_worth_nothing(client):
    a_pilot()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    sign_in(client, "priya@example.org")
    thief = Client()
    thief.cookies["sessionid"] = planted

    assert client.session.session_key != planted
    assert "planted" not in client.session
    assert client.get("/staff/").status_code == 200
    assert thief.get("/staff/").status_code == 302


def test_a_participants_page_is_closed_when_staff_sign_in_and_the_other_way_round(client):
    amina = an_enrolment().participant
    client.post(f"/s/{issue_link(participant=amina, by=BY, now=timezone.now())}/")
    sign_in(client, "priya@example.org")
    assert "participant" not in client.session

    client.post(f"/s/{issue_link(participant=amina, by=BY, now=timezone.now())}/")

    assert client.session["participant"] == amina.public_id
    assert client.get("/staff/").status_code == 302


def test_a_link_that_was_used_is_worth_nothing_to_whoever_saw_it(client):
    amina = an_enrolment().participant
    secret = issue_link(participant=amina, by=BY, now=timezone.now())
    client.post(f"/s/{secret}/")
    thief = Client()

    answers = [thief.post(f"/s/{secret}/"), thief.get("/my/")]

    assert [answer.status_code for answer in answers] == [410, 401]


def test_more_than_is_asked_for_is_not_taken(client):
    pilot, other = a_pilot(), a_pilot(name="Harbour Cash Pilot")
    client.force_login(a_member(pilot, Role.CASEWORKER))
    said = {
        "name": "Amina Example",
        "arm": "services",
        "consent_date": "2026-02-20",
        "is_paid": True,
        "pilot": other.public_id,
        "pilot_id": other.pk,
        "site": "sit_any",
        "state": "ended",
        "public_id": "enr_chosen",
        "contact_stopped_at": "2026-01-01",
        "by": "usr_somebody",
    }

    answer = client.post(
        f"/api/v1/pilots/{pilot.public_id}/enrolments/", said, content_type="application/json"
    )

    made = Enrolment.objects.get()
    assert answer.status_code in (201, 400)
    assert (made.pilot, made.is_paid, made.state, made.site) == (pilot, False, "active", None)
    assert made.public_id != "enr_chosen"
    assert Participant.objects.get().contact_stopped_at is None


def test_nobody_makes_themselves_a_role_or_a_right(client):
    pilot = a_pilot()
    tom = a_member(pilot, Role.CASEWORKER)
    client.force_login(tom)
    where = f"/api/v1/pilots/{pilot.public_id}/members/"

    answers = [
        client.post(where, {"user": tom.public_id, "role": "manager"}, "application/json"),
        client.post("/accounts/email/", {"email": "boss@example.org", "action_add": ""}),
        client.post("/accounts/email/", {"email": "boss@example.org", "action_primary": ""}),
        client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD}),
    ]

    assert answers[0].status_code == 403
    assert [one.role for one in Membership.objects.filter(user=tom)] == ["caseworker"]
    assert User.objects.get(pk=tom.pk).email == "tom@example.org"
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize(
    "path",
    [
        "/staff/pilots/{pilot}/team/invite/",
        "/staff/pilots/{pilot}/programs/",
        "/staff/pilots/{pilot}/sites/",
        "/api/v1/pilots/{pilot}/invitations/",
        "/accounts/login/",
        "/accounts/oidc/sso/login/",
        "/accounts/second-step/totp/activate/",
        "/join/any/",
    ],
)
def test_no_form_is_sent_from_elsewhere(path):
    pilot = a_pilot()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(a_user())

    answer = browser.post(path.format(pilot=pilot.public_id), {"email": "x@example.org"})

    assert answer.status_code == 403


@pytest.mark.parametrize("guess", ["enr_0000000000000000000a", "1", "0", "ENR", "x" * 200])
def test_a_guessed_identifier_opens_nothing(client, guess):
    pilot = a_pilot()
    client.force_login(a_member(pilot, Role.CASEWORKER))
    an_enrolment(pilot)

    rooms = ("/staff/participants", "/api/v1/enrolments")
    pages = [client.get(f"{room}/{guess}/") for room in rooms]

    assert {page.status_code for page in pages} == {404}
