"""Accounts, links and verifications of the second API, asked for by the SDK."""

import pytest
import stripe
from stripe.v2.core import Account, AccountLink
from stripe.v2.money_management import RecipientVerification

from tests.contracts.asking import ask
from tests.contracts.second import RECIPIENT, a_recipient, method_of, problems_at
from tests.contracts.stripe_types import check_request, response_problems

CREATE = ("stripe.params.v2.core._account_create_params", "AccountCreateParams")
LINK = ("stripe.params.v2.core._account_link_create_params", "AccountLinkCreateParams")
VERIFY = (
    "stripe.params.v2.money_management._recipient_verification_create_params",
    "RecipientVerificationCreateParams",
)
EVERYTHING = (
    "?include[0]=configuration.recipient&include[1]=defaults&include[2]=identity"
    "&include[3]=requirements&include[4]=future_requirements"
)


def a_link(account, **more):
    return {
        "account": account,
        "use_case": {
            "type": "account_onboarding",
            "account_onboarding": {
                "refresh_url": "http://127.0.0.1/again",
                "return_url": "http://127.0.0.1/done",
                **more,
            },
        },
    }


def status_of(client, account):
    found = client.v2.core.accounts.retrieve(account, {"include": ["configuration.recipient"]})
    return found.configuration.recipient.capabilities.bank_accounts.local.status


def test_our_params_are_what_the_sdk_describes():
    check_request(RECIPIENT, *CREATE)
    check_request(a_link("acct_1"), *LINK)
    check_request({"recipient": "acct_1", "payout_method": "ba_1"}, *VERIFY)

    with pytest.raises(ValueError, match="country"):
        check_request({**RECIPIENT, "country": "GB"}, *CREATE)


@pytest.mark.parametrize("include", ["", EVERYTHING])
@pytest.mark.parametrize("is_ready", [True, False])
def test_an_account_has_the_sdk_s_fields(sandbox, stripe_client, include, is_ready):
    account = stripe_client.v2.core.accounts.create(RECIPIENT).id
    if is_ready:
        sandbox.onboard(account, first_name="Rowan")

    assert problems_at(sandbox, Account, f"/v2/core/accounts/{account}{include}") == []


def test_what_is_not_included_is_null(stripe_client):
    account = stripe_client.v2.core.accounts.create({**RECIPIENT, "include": ["identity"]})

    assert account.identity.country == "gb"
    assert account.configuration is None
    assert account.requirements is None


def test_the_states_of_an_account_are_those_of_the_first_api(sandbox, stripe_client):
    account = stripe_client.v2.core.accounts.create(RECIPIENT).id
    seen = [status_of(stripe_client, account)]

    sandbox.onboard(account, first_name="Later")
    seen.append(status_of(stripe_client, account))
    sandbox.advance(hours=3)
    seen.append(status_of(stripe_client, account))
    sandbox.restrict(account)
    seen.append(status_of(stripe_client, account))
    sandbox.reject(account)
    seen.append(status_of(stripe_client, account))

    assert seen == ["restricted", "pending", "active", "restricted", "rejected"]
    assert stripe_client.v1.accounts.retrieve(account).capabilities.transfers == "inactive"


def test_what_is_updated_is_kept_and_the_rest_stays(stripe_client):
    account = stripe_client.v2.core.accounts.create(RECIPIENT).id

    stripe_client.v2.core.accounts.update(account, {"display_name": "R.", "metadata": {"a": "1"}})

    found = stripe_client.v2.core.accounts.retrieve(account)
    assert (found.display_name, found.metadata["a"]) == ("R.", "1")
    assert found.contact_email == "rowan@example.org"


def test_every_page_of_accounts_is_followed_by_the_sdk(sandbox, stripe_client):
    made = [stripe_client.v2.core.accounts.create(RECIPIENT).id for _ in range(5)]

    listed = stripe_client.v2.core.accounts.list(
        {"limit": 2, "applied_configurations": ["recipient"]}
    )

    assert [one.id for one in listed.auto_paging_iter()] == made[::-1]
    merchants = {"applied_configurations": ["merchant"]}
    assert stripe_client.v2.core.accounts.list(merchants).data == []


@pytest.mark.parametrize(
    "change",
    [
        {"identity": {"country": "xx"}},
        {"configuration": {}},
        {"configuration": {"recipient": {"capabilities": {"cards": {"requested": True}}}}},
        {"include": ["everything"]},
        {"colour": "blue"},
    ],
)
def test_an_account_that_cannot_be_is_refused_and_not_made(sandbox, stripe_client, change):
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v2.core.accounts.create({**RECIPIENT, **change})

    assert sandbox.state()["accounts"] == {}


def test_a_link_has_the_sdk_s_fields_and_opens_once(sandbox, stripe_client):
    account = stripe_client.v2.core.accounts.create(RECIPIENT).id
    _, _, link = ask(sandbox, "POST", "/v2/core/account_links", given=a_link(account))

    first = ask(sandbox, "GET", link["url"])
    second = ask(sandbox, "GET", link["url"])

    assert response_problems(AccountLink, link) == []
    assert first[0] == 200
    assert (second[0], second[1]["Location"]) == (303, "http://127.0.0.1/again")


def test_a_person_who_goes_through_the_link_can_be_paid(sandbox, stripe_client):
    account = stripe_client.v2.core.accounts.create(RECIPIENT).id
    link = stripe_client.v2.core.account_links.create(a_link(account))

    status, headers, _ = ask(sandbox, "POST", link.url, form={"outcome": "finish"})

    assert (status, headers["Location"]) == (303, "http://127.0.0.1/done")
    assert status_of(stripe_client, account) == "active"


def test_an_account_with_a_dashboard_is_not_updated_by_a_link(sandbox, stripe_client):
    account = stripe_client.v2.core.accounts.create(RECIPIENT).id
    update = {"refresh_url": "http://127.0.0.1/again"}

    with pytest.raises(stripe.InvalidRequestError, match="login link"):
        stripe_client.v2.core.account_links.create(
            {"account": account, "use_case": {"type": "account_update", "account_update": update}}
        )


@pytest.mark.parametrize(
    ("first_name", "result", "status"),
    [
        ("Rowan", "match", "verified"),
        ("Nearly", "close_match", "awaiting_acknowledgement"),
        ("Other", "no_match", "awaiting_acknowledgement"),
        ("Nobody", "unavailable", "awaiting_acknowledgement"),
    ],
)
def test_the_first_name_decides_what_the_bank_says(
    sandbox, stripe_client, first_name, result, status
):
    person = a_recipient(sandbox, stripe_client, first_name=first_name)

    made = stripe_client.v2.money_management.recipient_verifications.create(
        {"recipient": person, "payout_method": method_of(sandbox, person)}
    )

    path = f"/v2/money_management/recipient_verifications/{made.id}"
    assert (made.match_result, made.status) == (result, status)
    assert problems_at(sandbox, RecipientVerification, path) == []


def test_only_a_verification_that_waits_can_be_acknowledged(sandbox, stripe_client):
    verifications = stripe_client.v2.money_management.recipient_verifications
    person = a_recipient(sandbox, stripe_client, first_name="Nearly")
    params = {"recipient": person, "payout_method": method_of(sandbox, person)}
    made = verifications.create(params)

    assert verifications.acknowledge(made.id).status == "acknowledged"
    with pytest.raises(stripe.InvalidRequestError, match="acknowledged"):
        verifications.acknowledge(made.id)


def test_a_verification_of_the_euro_area_expires_after_five_minutes(sandbox, stripe_client):
    verifications = stripe_client.v2.money_management.recipient_verifications
    people = [a_recipient(sandbox, stripe_client, country=country) for country in ("ie", "gb")]
    made = [
        verifications.create({"recipient": one, "payout_method": method_of(sandbox, one)})
        for one in people
    ]

    sandbox.advance(301)

    found = [verifications.retrieve(one.id) for one in made]
    assert [one.status for one in found] == ["expired", "verified"]
    assert found[0].verification_type == "verification_of_payee"
    assert found[1].expires_at is None


def test_a_bank_account_of_somebody_else_is_not_verified(sandbox, stripe_client):
    person, other = (a_recipient(sandbox, stripe_client) for _ in range(2))

    with pytest.raises(stripe.InvalidPayoutMethodError):
        stripe_client.v2.money_management.recipient_verifications.create(
            {"recipient": person, "payout_method": method_of(sandbox, other)}
        )

    assert sandbox.world.store.find(RecipientVerification.OBJECT_NAME) == []
