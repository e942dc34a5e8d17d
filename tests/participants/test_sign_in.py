"""A link lets one participant in, once: looking at it changes nothing, pressing the button does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from cashpilot.core.models import AuditEvent
from participants.models import SignInToken
from participants.operations.sign_in import LinkIsOver, issue_link, keyed_hash, use_link
from tests.factories import BY, NOON, a_pilot, a_user, an_enrolment, ready

pytestmark = pytest.mark.django_db


def a_link(enrolment=None, *, now=None) -> str:
    person = (enrolment or ready(an_enrolment())).participant
    return issue_link(participant=person, by=BY, now=now or timezone.now())


def signed_in(client) -> bool:
    return "participant" in client.session


def test_a_link_opens_the_persons_own_page(client):
    amina = ready(an_enrolment())
    secret = a_link(amina)

    response = client.post(f"/s/{secret}/", {"phone": "mine"}, follow=True)

    assert response.redirect_chain[-1][0] == f"/my/{amina.public_id}/"
    assert response.status_code == 200
    assert client.session.get_expire_at_browser_close()
    assert AuditEvent.objects.get(verb="sign-in.used").by == "participant"


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_a_link_changes_nothing(client, method):
    secret = a_link()
    before = list(SignInToken.objects.values()), AuditEvent.objects.count()

    responses = [getattr(client, method)(f"/s/{secret}/") for _ in range(3)]

    assert {response.status_code for response in responses} == {200}
    assert not signed_in(client)
    assert (list(SignInToken.objects.values()), AuditEvent.objects.count()) == before
    assert client.post(f"/s/{secret}/").status_code == 302


def test_what_a_previewer_sees_names_nobody(client):
    secret = a_link(ready(an_enrolment(name="Zofia Example")))

    page = client.get(f"/s/{secret}/").content.decode()

    assert "Zofia" not in page
    assert "£" not in page
    assert '<meta name="referrer" content="same-origin">' in page


def test_a_link_works_once_and_then_says_kindly_what_to_do(client):
    secret = a_link()
    client.post(f"/s/{secret}/")
    stranger = Client()

    second = stranger.post(f"/s/{secret}/")

    page = second.content.decode()
    assert second.status_code == 410
    assert "Ask us for a new link" in page
    assert "Your payments are not affected" in page
    assert not signed_in(stranger)
    assert AuditEvent.objects.filter(verb="sign-in.used").count() == 1


def test_a_link_is_over_after_a_quarter_of_an_hour(client):
    secret = a_link(now=timezone.now() - timedelta(minutes=15, seconds=1))

    response = client.post(f"/s/{secret}/")

    assert response.status_code == 410
    assert not signed_in(client)
    assert SignInToken.objects.get().used_at is None


def test_to_the_second_a_link_is_good_until_its_time_is_up():
    secret = a_link(now=NOON)

    with pytest.raises(LinkIsOver):
        use_link(secret=secret, by="participant", now=NOON + timedelta(minutes=15))
    opened = use_link(secret=secret, by="participant", now=NOON + timedelta(minutes=14, seconds=59))

    assert opened.enrolments.exists()


def test_a_link_that_was_taken_back_opens_nothing(client):
    secret = a_link()
    SignInToken.objects.update(revoked_at=timezone.now())

    response = client.post(f"/s/{secret}/")

    assert response.status_code == 410
    assert not signed_in(client)


@pytest.mark.parametrize("secret", ["guessed", "x" * 500, "%00", "..", "ünïcode"])
def test_a_guessed_link_is_over_like_any_other(client, secret):
    a_link()

    response = client.post(f"/s/{secret}/")

    assert response.status_code in (400, 404, 410)
    assert not signed_in(client)


def test_only_a_keyed_hash_of_the_secret_is_kept(settings):
    secret = a_link()

    token = SignInToken.objects.get()
    stored = [str(value) for value in SignInToken.objects.values().get().values()]
    audit = str(list(AuditEvent.objects.values()))

    assert token.secret_hash == keyed_hash(secret)
    assert not [value for value in stored if secret in value]
    assert secret not in audit
    settings.SECRET_KEY = "another key " * 5
    assert keyed_hash(secret) != token.secret_hash


def test_secrets_are_long_and_never_the_same():
    person = an_enrolment().participant

    secrets = {issue_link(participant=person, by=BY, now=NOON) for _ in range(200)}

    assert len(secrets) == 200
    assert min(map(len, secrets)) >= 12


def test_a_session_that_was_planted_before_is_not_the_one_signed_in(client):
    client.get("/")
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    client.post(f"/s/{a_link()}/")

    assert signed_in(client)
    assert client.session.session_key != planted
    assert "planted" not in client.session
    assert not client.session.exists(planted)


def test_whoever_was_signed_in_before_is_out(client):
    client.force_login(a_user("tom@example.org"))

    client.post(f"/s/{a_link()}/")

    assert signed_in(client)
    assert "_auth_user_id" not in client.session
    assert client.get("/staff/").status_code == 302


def test_a_shared_phone_closes_after_ten_minutes(client):
    client.post(f"/s/{a_link()}/", {"phone": "shared"})

    assert client.session.get_expiry_age() == 600
    assert not client.session.get_expire_at_browser_close()


def test_leaving_shows_nothing_of_the_persons_any_more(client):
    amina = ready(an_enrolment())
    client.post(f"/s/{a_link(amina)}/")

    client.post("/my/leave/")

    assert not signed_in(client)
    assert client.get(f"/my/{amina.public_id}/").status_code == 404
    assert client.get("/my/").status_code == 401


def test_leaving_is_an_act_and_not_an_address_to_look_at(client):
    client.post(f"/s/{a_link()}/")

    response = client.get("/my/leave/")

    assert response.status_code == 405
    assert signed_in(client)


def test_another_site_cannot_press_the_button():
    browser = Client(enforce_csrf_checks=True)
    secret = a_link()

    response = browser.post(f"/s/{secret}/")

    assert response.status_code == 403
    assert SignInToken.objects.get().used_at is None


def test_a_link_cannot_end_before_it_begins():
    person = an_enrolment().participant

    with pytest.raises(IntegrityError, match="token_ends_after_it_begins"), transaction.atomic():
        issue_link(participant=person, by=BY, now=NOON, good_for=timedelta(0))

    assert not SignInToken.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_gets_in():
    for number in range(5):
        secret = a_link(an_enrolment(a_pilot_once(), name=f"Person {number}"))
        start = Barrier(2)

        def press(_, secret=secret, start=start):
            browser = Client()
            start.wait()
            try:
                return browser.post(f"/s/{secret}/").status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            outcomes = sorted(pool.map(press, range(2)))

        assert outcomes == [302, 410]
    assert AuditEvent.objects.filter(verb="sign-in.used").count() == 5


def a_pilot_once():
    from participants.models import Pilot

    return Pilot.objects.first() or a_pilot()
