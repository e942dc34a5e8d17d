"""Accounts, onboarding links and who may ask."""

import pytest
import stripe

from tests.contracts.asking import TRANSFERS_ONLY, ask
from tests.sandbox_fixture import client_of

ADDRESSES = {"refresh_url": "http://127.0.0.1/again", "return_url": "http://127.0.0.1/back"}


@pytest.fixture
def newcomer(stripe_client):
    return stripe_client.v1.accounts.create(TRANSFERS_ONLY).id


@pytest.fixture
def link(stripe_client, newcomer):
    return stripe_client.v1.account_links.create(
        {
            "account": newcomer,
            "type": "account_onboarding",
            "collection_options": {"fields": "eventually_due"},
            **ADDRESSES,
        }
    )


def is_ready(client, id):
    account = client.v1.accounts.retrieve(id)
    return account.capabilities.transfers == "active" and account.payouts_enabled


def test_a_person_who_finishes_the_page_can_be_paid(sandbox, stripe_client, newcomer, link):
    shown, _, page = ask(sandbox, "GET", link.url)

    status, headers, _ = ask(
        sandbox, "POST", link.url, form={"outcome": "finish", "bank_number": "000123456789"}
    )

    assert shown == 200
    assert "No real money" in page
    assert (status, headers["Location"]) == (303, ADDRESSES["return_url"])
    assert is_ready(stripe_client, newcomer)
    assert stripe_client.v1.accounts.external_accounts.list(newcomer).data[0].last4 == "6789"


def test_a_person_who_leaves_half_way_returns_all_the_same_and_cannot_be_paid(
    sandbox, stripe_client, newcomer, link
):
    _, headers, _ = ask(sandbox, "POST", link.url, form={"outcome": "leave"})

    account = stripe_client.v1.accounts.retrieve(newcomer)
    assert headers["Location"] == ADDRESSES["return_url"]
    assert not account.details_submitted
    assert account.requirements.currently_due


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"outcome": "document"}, "requirements.past_due"),
        ({"outcome": "reject"}, "rejected.other"),
        ({"first_name": "Verify"}, "requirements.past_due"),
        ({"first_name": "Reject"}, "rejected.other"),
        ({"first_name": "Later"}, "requirements.pending_verification"),
    ],
)
def test_the_page_can_end_in_a_document_a_rejection_or_a_wait(
    sandbox, stripe_client, newcomer, link, answers, reason
):
    ask(sandbox, "POST", link.url, form=answers)

    account = stripe_client.v1.accounts.retrieve(newcomer)
    assert account.requirements.disabled_reason == reason
    assert account.capabilities.transfers == "inactive"
    assert not account.payouts_enabled


def test_a_wait_ends_after_two_hours(sandbox, stripe_client, newcomer):
    sandbox.onboard(newcomer, first_name="Later")

    sandbox.advance(hours=2)

    assert is_ready(stripe_client, newcomer)


def test_an_onboarding_link_opens_once_and_then_leads_back_to_where_a_new_one_is_made(
    sandbox, link
):
    first, _, _ = ask(sandbox, "GET", link.url)

    second, headers, _ = ask(sandbox, "GET", link.url)

    assert (first, second, headers["Location"]) == (200, 303, ADDRESSES["refresh_url"])


def test_a_page_is_handed_in_once(sandbox, stripe_client, newcomer, link):
    ask(sandbox, "POST", link.url, form={"outcome": "leave"})

    _, headers, _ = ask(sandbox, "POST", link.url, form={"outcome": "finish"})

    assert headers["Location"] == ADDRESSES["refresh_url"]
    assert not is_ready(stripe_client, newcomer)


def test_an_onboarding_link_lapses_after_five_minutes(sandbox, link):
    sandbox.advance(301)

    status, headers, _ = ask(sandbox, "GET", link.url)

    assert (status, headers["Location"]) == (303, ADDRESSES["refresh_url"])


def test_a_link_nobody_made_is_not_found(sandbox):
    status, _, page = ask(sandbox, "GET", "/sandbox/onboard/nobody")

    assert status == 404
    assert "not known" in page


def test_an_express_account_takes_no_update_link(stripe_client, newcomer):
    with pytest.raises(stripe.InvalidRequestError, match="login link"):
        stripe_client.v1.account_links.create(
            {"account": newcomer, "type": "account_update", **ADDRESSES}
        )


def test_a_login_link_needs_a_finished_onboarding_and_shows_the_person_s_money(
    sandbox, stripe_client, newcomer
):
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.accounts.login_links.create(newcomer)
    sandbox.onboard(newcomer)

    status, _, page = ask(
        sandbox, "GET", stripe_client.v1.accounts.login_links.create(newcomer).url
    )

    assert status == 200
    assert newcomer in page


def test_a_person_replaces_their_bank_account_on_their_own_page(sandbox, stripe_client, newcomer):
    sandbox.onboard(newcomer, bank_number="000111111116")
    page = stripe_client.v1.accounts.login_links.create(newcomer).url

    status, _, _ = ask(sandbox, "POST", page, form={"bank_number": "000123456789"})

    assert status == 303
    assert stripe_client.v1.accounts.external_accounts.list(newcomer).data[0].last4 == "6789"


def test_restricted_and_restored_accounts_say_so(sandbox, stripe_client, newcomer):
    sandbox.onboard(newcomer)

    sandbox.restrict(newcomer)
    restricted = is_ready(stripe_client, newcomer)
    sandbox.restore(newcomer)

    assert not restricted
    assert is_ready(stripe_client, newcomer)


def test_a_rejected_account_is_never_restored(sandbox, stripe_client, newcomer):
    sandbox.onboard(newcomer)
    stripe_client.v1.accounts.reject(newcomer, {"reason": "other"})

    status, _, _ = ask(sandbox, "POST", f"/sandbox/accounts/{newcomer}/restore", given={})

    assert status == 400
    assert sandbox.state()["accounts"] == {"rejected": 1}


def test_the_current_account_is_the_platform_s_and_pays_out_by_hand_only(stripe_client):
    account = stripe_client.v1.accounts.retrieve_current()

    assert account.country == "GB"
    assert account.default_currency == "gbp"
    assert account.settings.payouts.schedule.interval == "manual"


@pytest.mark.parametrize("key", ["sk_live_1", "rk_live_1", "pk_test_1", "nonsense"])
def test_only_secret_test_keys_are_taken(sandbox, key):
    with pytest.raises(stripe.AuthenticationError):
        client_of(sandbox, key=key).v1.balance.retrieve()


def test_a_live_key_is_refused_in_one_clear_sentence(sandbox):
    with pytest.raises(stripe.AuthenticationError, match="takes no live key"):
        client_of(sandbox, key="sk_live_1").v1.balance.retrieve()


def test_a_strange_connected_account_is_forbidden(stripe_client):
    with pytest.raises(stripe.PermissionError):
        stripe_client.v1.balance.retrieve({}, {"stripe_account": "acct_nobody"})
