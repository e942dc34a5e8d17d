"""Staff come in through their organisation, if it has proven the address that was invited."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.models import User
from participants.models import Membership
from participants.operations.invitations import invite
from tests.factories import BY, a_member, a_pilot, a_user
from tests.staff.identity_provider import CLIENT, SECRET, IdentityProvider

pytestmark = pytest.mark.django_db
START = "/accounts/oidc/sso/login/"


@pytest.fixture
def provider(settings):
    """An identity provider that this cashpilot is set up for."""
    server = IdentityProvider()
    app = {
        "provider_id": "sso",
        "name": "Bridge Street",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": server.url, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield server
    server.close()


@pytest.fixture
def invited():
    invite(
        pilot=a_pilot(),
        email="noor@example.org",
        roles=[Role.CASEWORKER],
        inviter=a_user(),
        by=BY,
        now=timezone.now(),
    )


def begin(browser) -> str:
    """Press the button; returns where the browser is sent."""
    return browser.post(START).headers["Location"]


def sign_on(browser, provider):
    """All the way there and back; returns the answer to the address one is sent back to."""
    return browser.get(provider.authorize(begin(browser)))


def is_in(browser) -> bool:
    return browser.get("/staff/").status_code == 200


def test_whoever_is_invited_comes_in_with_the_roles_of_the_invitation(client, provider, invited):
    answer = sign_on(client, provider)

    assert answer.headers["Location"] == "/staff/"
    assert is_in(client)
    noor = User.objects.get(email="noor@example.org")
    assert not noor.has_usable_password()
    assert [one.role for one in Membership.objects.filter(user=noor)] == ["caseworker"]


def test_whoever_has_an_account_signs_in_to_it(client, provider):
    tom = a_member(a_pilot(), Role.CASEWORKER, email="noor@example.org")

    sign_on(client, provider)
    again = Client()
    sign_on(again, provider)

    assert client.session["_auth_user_id"] == again.session["_auth_user_id"] == str(tom.pk)
    assert User.objects.count() == 2


def test_the_button_is_on_the_sign_in_page_where_a_provider_is_set_up(client, provider):
    page = client.get("/accounts/login/").content.decode()

    assert "Sign in through Bridge Street" in page


def test_without_a_provider_there_is_no_such_address(client):
    assert client.post(START).status_code == 404


@pytest.mark.parametrize("verified", [False, None, "true", 0])
def test_an_address_that_is_not_proven_opens_nothing(client, provider, invited, verified):
    provider.claims["email_verified"] = verified

    answer = sign_on(client, provider)

    assert answer.status_code == 403
    assert not is_in(client)
    assert not User.objects.filter(email="noor@example.org").exists()


def test_an_address_that_nobody_invited_opens_nothing(client, provider, invited):
    provider.claims["email"] = "mallory@example.org"

    answer = sign_on(client, provider)

    assert answer.status_code == 403
    assert not is_in(client)
    assert not User.objects.filter(email="mallory@example.org").exists()


def test_an_account_that_was_closed_stays_closed(client, provider):
    a_user("noor@example.org", is_active=False)

    sign_on(client, provider)

    assert not is_in(client)


def test_what_is_asked_carries_state_nonce_and_challenge(client, provider):
    first, second = ({**parse_qs(urlsplit(begin(client)).query)} for _ in range(2))

    assert first["code_challenge_method"] == ["S256"]
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


@pytest.mark.parametrize("nonce", ["another", "", None])
def test_an_identity_with_another_nonce_is_refused(client, provider, invited, nonce):
    provider.lies["nonce"] = nonce

    answer = sign_on(client, provider)

    assert answer.status_code == 403
    assert not is_in(client)


def test_a_sign_in_cannot_be_replayed_in_the_same_browser_or_another(client, provider, invited):
    back = provider.authorize(begin(client))
    client.get(back)
    client.post("/accounts/logout/")
    thief = Client()

    for browser in (client, thief):
        browser.get(back)

    assert not is_in(client)
    assert not is_in(thief)


def test_a_code_that_was_stolen_on_its_way_opens_nothing_in_another_browser(
    client, provider, invited
):
    stolen = parse_qs(urlsplit(provider.authorize(begin(client))).query)["code"][0]
    thief = Client()
    own = parse_qs(urlsplit(begin(thief)).query)["state"][0]

    thief.get(f"{START}callback/?code={stolen}&state={own}")

    assert provider.refused == ["verifier"]
    assert not is_in(thief)


@pytest.mark.parametrize(
    "lie",
    [{"iss": "https://elsewhere.example"}, {"aud": "another"}, {"exp": int(time.time()) - 60}],
    ids=["issuer", "audience", "expired"],
)
def test_an_identity_for_somebody_else_or_from_somebody_else_is_refused(
    client, provider, invited, lie
):
    provider.lies.update(lie)

    sign_on(client, provider)

    assert not is_in(client)
    assert not User.objects.filter(email="noor@example.org").exists()


def test_what_is_told_of_two_people_is_refused(client, provider, invited):
    provider.about = {**provider.claims, "sub": "somebody-else"}

    answer = sign_on(client, provider)

    assert answer.status_code == 403
    assert not is_in(client)


def test_nobody_ties_an_identity_to_another_account_by_connecting_it(client, provider):
    a_pilot()
    client.force_login(a_user())
    provider.claims["email"] = "mallory@example.org"

    back = provider.authorize(client.post(f"{START}?process=connect").headers["Location"])
    answer = client.get(back)
    stranger = Client()
    sign_on(stranger, provider)

    assert answer.status_code == 403
    assert not is_in(stranger)


def test_a_link_alone_starts_no_sign_in(client, provider):
    answer = client.get(START)

    assert "Location" not in answer.headers


def test_who_came_in_so_still_needs_a_second_step_for_money(client, provider, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    a_member(a_pilot(), Role.APPROVER, email="noor@example.org")

    sign_on(client, provider)

    assert client.get("/staff/").headers["Location"] == "/accounts/second-step/"
