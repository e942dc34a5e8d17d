"""Every body the sandbox sends has the fields of the SDK's class for it, and no others."""

import pytest
from stripe import (
    Account,
    AccountLink,
    Balance,
    BalanceTransaction,
    BankAccount,
    Charge,
    Event,
    LoginLink,
    Payout,
    Topup,
    Transfer,
    TransferReversal,
    WebhookEndpoint,
)

from tests.contracts.asking import TRANSFERS_ONLY, ask, transfer
from tests.contracts.stripe_types import response_problems


@pytest.fixture
def paid(funded, person, stripe_client):
    """A person with one payout at the bank and one transfer partly taken back."""
    stripe_client.v1.transfers.create(transfer(person))
    funded.run_payouts(arrive=True)
    second = stripe_client.v1.transfers.create(transfer(person, payment="dsb_2"))
    stripe_client.v1.transfers.reversals.create(second.id, {"amount": 100})
    return person


@pytest.mark.parametrize(
    ("cls", "path", "connected"),
    [
        (Transfer, "/v1/transfers", False),
        (Payout, "/v1/payouts", True),
        (Account, "/v1/accounts", False),
        (Event, "/v1/events", False),
        (Event, "/v1/events", True),
        (BalanceTransaction, "/v1/balance_transactions", False),
        (BalanceTransaction, "/v1/balance_transactions", True),
    ],
)
def test_listed_objects_have_the_sdk_s_fields(sandbox, paid, cls, path, connected):
    _, _, listed = ask(sandbox, "GET", path, account=paid if connected else None)

    assert listed["object"] == "list"
    assert listed["data"]
    assert [response_problems(cls, body) for body in listed["data"]] == [[]] * len(listed["data"])


@pytest.mark.parametrize(
    ("cls", "path", "connected"),
    [
        (Balance, "/v1/balance", False),
        (Balance, "/v1/balance", True),
        (Account, "/v1/account", False),
        (Account, "/v1/account", True),
    ],
)
def test_the_balance_and_the_current_account_have_the_sdk_s_fields(
    sandbox, paid, cls, path, connected
):
    _, _, body = ask(sandbox, "GET", path, account=paid if connected else None)

    assert response_problems(cls, body) == []


def test_reversals_and_bank_accounts_have_the_sdk_s_fields(sandbox, paid):
    _, _, transfers = ask(sandbox, "GET", "/v1/transfers?limit=1")
    _, _, banks = ask(sandbox, "GET", f"/v1/accounts/{paid}/external_accounts")

    assert response_problems(TransferReversal, transfers["data"][0]["reversals"]["data"][0]) == []
    assert response_problems(BankAccount, banks["data"][0]) == []


def test_an_expanded_source_is_a_charge_that_names_its_transfer(sandbox, paid):
    _, _, lines = ask(
        sandbox, "GET", "/v1/balance_transactions?type=payment&expand[]=data.source", account=paid
    )

    source = lines["data"][-1]["source"]
    assert list(response_problems(Charge, source)) == []
    assert source["source_transfer"].startswith("tr_sbx")


@pytest.mark.parametrize(
    ("cls", "path", "form"),
    [
        (Topup, "/v1/topups", {"amount": 5, "currency": "gbp"}),
        (
            WebhookEndpoint,
            "/v1/webhook_endpoints",
            {"url": "http://127.0.0.1:9/", "enabled_events[0]": "*"},
        ),
        (Account, "/v1/accounts", {"capabilities[transfers][requested]": "true"}),
    ],
)
def test_what_is_created_has_the_sdk_s_fields(sandbox, cls, path, form):
    status, _, body = ask(sandbox, "POST", path, form=form)

    assert (status, response_problems(cls, body)) == (200, [])


def test_links_have_the_sdk_s_fields(sandbox, person):
    form = {
        "account": person,
        "type": "account_onboarding",
        "refresh_url": "http://127.0.0.1/r",
        "return_url": "http://127.0.0.1/d",
    }

    _, _, onboarding = ask(sandbox, "POST", "/v1/account_links", form=form)
    _, _, login = ask(sandbox, "POST", f"/v1/accounts/{person}/login_links", form={})

    assert response_problems(AccountLink, onboarding) == []
    assert response_problems(LoginLink, login) == []


def test_every_id_says_that_it_is_the_sandbox_s(sandbox, paid):
    objects = [
        body
        for path in ("/v1/transfers", "/v1/accounts", "/v1/events", "/v1/balance_transactions")
        for body in ask(sandbox, "GET", path)[2]["data"]
    ]

    assert all("sbx" in body["id"] and body.get("livemode", False) is False for body in objects)


def test_the_checker_sees_absent_null_and_foreign_fields(sandbox, paid):
    _, _, listed = ask(sandbox, "GET", "/v1/transfers")
    body = {**listed["data"][0], "currency": None, "colour": "blue"}
    del body["amount"]

    assert response_problems(Transfer, body) == [
        "colour: foreign",
        "amount: absent",
        "currency: null",
    ]


def test_the_sdk_reads_an_account_it_has_created(stripe_client):
    account = stripe_client.v1.accounts.create(TRANSFERS_ONLY)

    assert account.capabilities.transfers == "inactive"
    assert account.requirements.currently_due
    assert account.settings.payouts.schedule.interval == "daily"
