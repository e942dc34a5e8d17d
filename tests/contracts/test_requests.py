"""The checker that other tests put their request params through."""

import pytest

from tests.contracts.asking import TRANSFERS_ONLY, transfer
from tests.contracts.stripe_types import check_request

TRANSFER = ("stripe.params._transfer_create_params", "TransferCreateParams")
ACCOUNT = ("stripe.params._account_create_params", "AccountCreateParams")


def test_params_the_sdk_describes_are_accepted():
    check_request(transfer("acct_1"), *TRANSFER)
    check_request(TRANSFERS_ONLY, *ACCOUNT)


@pytest.mark.parametrize(
    "change",
    [{"recipient": "acct_1"}, {"amount": "50000"}, {"amount": 500.0}, {"metadata": {"payment": 1}}],
)
def test_an_unknown_key_or_a_wrong_type_is_refused(change):
    with pytest.raises(ValueError):
        check_request({**transfer("acct_1"), **change}, *TRANSFER)


def test_an_unknown_key_deep_inside_is_refused():
    params = {**TRANSFERS_ONLY, "controller": {"stripe_dashboard": {"kind": "express"}}}

    with pytest.raises(ValueError, match="kind"):
        check_request(params, *ACCOUNT)


def test_a_missing_destination_is_refused():
    params = transfer("acct_1")
    del params["destination"]

    with pytest.raises(ValueError, match="destination"):
        check_request(params, *TRANSFER)


def test_a_missing_amount_is_refused_although_the_sdk_calls_it_optional():
    params = transfer("acct_1")
    del params["amount"]

    with pytest.raises(ValueError, match="amount"):
        check_request(params, *TRANSFER)


@pytest.mark.parametrize(
    "option",
    [
        "api_key",
        "stripe_version",
        "stripe_account",
        "stripe_context",
        "max_network_retries",
        "idempotency_key",
        "content_type",
        "headers",
    ],
)
def test_an_option_among_the_params_is_refused(option):
    with pytest.raises(ValueError, match="second argument"):
        check_request(transfer("acct_1", **{option: "x"}), *TRANSFER)
