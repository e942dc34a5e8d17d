"""Outbound payments: from the float straight to the bank, listed a little later than they are."""

import pytest
import stripe
from stripe.v2.money_management import OutboundPayment

from payments.sandbox import Sandbox
from payments.sandbox.banks import PAYS
from tests.contracts.asking import ask
from tests.contracts.second import (
    PAYMENTS,
    RECIPIENT,
    a_recipient,
    method_of,
    names_of,
    payment,
    problems_at,
)
from tests.contracts.stripe_types import check_request
from tests.sandbox_fixture import client_of

CREATE = (
    "stripe.params.v2.money_management._outbound_payment_create_params",
    "OutboundPaymentCreateParams",
)
FLOAT = 1_000_000
FATES = [  # bank number, status in the end, why, what the float has lost
    (PAYS, "posted", None, 50_000),
    ("000111111116", "failed", "payout_method_does_not_exist", 0),
    ("000111111113", "returned", "payout_method_closed", 0),
    ("000222222227", "failed", "unknown_failure", 0),
    ("000333333335", "failed", "payout_method_declined", 0),
    ("000444444440", "failed", "payout_method_unsupported", 0),
    ("000000007701", "returned", "payout_method_does_not_exist", 0),
    ("000000007702", "processing", "under_review", 50_000),
    ("000000007703", "posted", None, 50_000),
]


@pytest.fixture
def payments(stripe_client):
    return stripe_client.v2.money_management.outbound_payments


@pytest.fixture
def recipient(funded, stripe_client):
    return a_recipient(funded, stripe_client)


def test_our_params_are_what_the_sdk_describes():
    check_request(payment("acct_1"), *CREATE)

    for change in ({"amount": 500}, {"transfer_group": "cp_1"}, {"to": {}}):
        with pytest.raises(ValueError):
            check_request({**payment("acct_1"), **change}, *CREATE)


@pytest.mark.parametrize(("number", "status", "reason", "lost"), FATES)
def test_the_bank_number_decides_how_a_payment_ends(
    funded, stripe_client, payments, number, status, reason, lost
):
    person = a_recipient(funded, stripe_client, bank_number=number)
    made = payments.create(payment(person))
    at_first = made.status, funded.state()["float"]["gbp"]

    funded.advance(days=5)

    found = payments.retrieve(made.id)
    assert at_first == ("processing", FLOAT - 50_000)
    assert found.status == status
    assert (found.status_details and found.status_details[status].reason) == reason
    assert funded.state()["float"]["gbp"] == FLOAT - lost
    assert problems_at(funded, OutboundPayment, f"{PAYMENTS}/{made.id}") == []


def test_a_payment_that_is_under_way_can_be_cancelled_once_and_a_posted_one_cannot(
    funded, payments, recipient
):
    early, late = (payments.create(payment(recipient)) for _ in range(2))
    cancelled = payments.cancel(early.id)

    with pytest.raises(stripe.AlreadyCanceledError):
        payments.cancel(early.id)
    funded.advance(hours=2)
    with pytest.raises(stripe.NotCancelableError):
        payments.cancel(late.id)

    assert cancelled.status == "canceled"
    assert payments.retrieve(late.id).status == "posted"
    assert funded.state()["float"]["gbp"] == FLOAT - 50_000


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({"amount": {"value": FLOAT + 1, "currency": "gbp"}}, stripe.InsufficientFundsError),
        ({"amount": {"value": 0, "currency": "gbp"}}, stripe.InvalidRequestError),
        ({"amount": {"value": 10**30, "currency": "gbp"}}, stripe.InvalidRequestError),
        ({"amount": {"value": 5, "currency": "usd"}}, stripe.InvalidRequestError),
        ({"to": {"recipient": "acct_none"}}, stripe.InvalidRequestError),
        (
            {"from": {"financial_account": "fa_none", "currency": "gbp"}},
            stripe.InvalidRequestError,
        ),
        ({"recipient_verification": "rv_none"}, stripe.InvalidRequestError),
    ],
)
def test_a_refusal_has_the_sdk_s_class_and_nothing_has_moved(
    funded, payments, recipient, change, raised
):
    with pytest.raises(raised) as refused:
        payments.create({**payment(recipient), **change})

    assert type(refused.value) is raised
    assert funded.state()["outbound"] == {}
    assert funded.state()["float"]["gbp"] == FLOAT


def test_somebody_who_is_not_ready_or_has_another_bank_account_is_not_paid(
    funded, stripe_client, payments, recipient
):
    newcomer = stripe_client.v2.core.accounts.create(RECIPIENT).id
    elsewhere = {"to": {"recipient": recipient, "payout_method": "ba_other"}}

    with pytest.raises(stripe.CapabilityNotEnabledError):
        payments.create(payment(newcomer))
    with pytest.raises(stripe.InvalidPayoutMethodError):
        payments.create(payment(recipient, **elsewhere))

    assert funded.state()["outbound"] == {}


def test_a_platform_elsewhere_has_no_outbound_payments():
    elsewhere = Sandbox(limiter=False, country="FR", floats={"eur": FLOAT})
    elsewhere.start()
    client = client_of(elsewhere)
    person = a_recipient(elsewhere, client, country="ie")

    with pytest.raises(stripe.FeatureNotEnabledError):
        client.v2.money_management.outbound_payments.create(payment(person, currency="eur"))

    assert elsewhere.state()["float"] == {"eur": FLOAT}
    elsewhere.stop()


def test_the_euro_area_asks_for_a_verification_which_serves_one_payment(
    funded, stripe_client, payments
):
    funded.set_float("eur", FLOAT)
    person = a_recipient(funded, stripe_client, country="ie", first_name="Nearly")
    verifications = stripe_client.v2.money_management.recipient_verifications
    one = verifications.create({"recipient": person, "payout_method": method_of(funded, person)})
    verified = payment(person, currency="eur", recipient_verification=one.id)

    for params in (payment(person, currency="eur"), verified):
        with pytest.raises(stripe.CannotProceedError):
            payments.create(params)
    verifications.acknowledge(one.id)
    made = payments.create(verified)
    with pytest.raises(stripe.CannotProceedError, match="consumed"):
        payments.create(verified)

    assert made.recipient_verification == one.id
    assert verifications.retrieve(one.id).consumed_by.outbound_payment == made.id
    assert len(funded.state()["outbound"]["dsb_1"]["ids"]) == 1


def test_a_verification_of_one_person_serves_no_other(funded, stripe_client, payments, recipient):
    other = a_recipient(funded, stripe_client)
    one = stripe_client.v2.money_management.recipient_verifications.create(
        {"recipient": other, "payout_method": method_of(funded, other)}
    )

    with pytest.raises(stripe.CannotProceedError, match="another bank account"):
        payments.create(payment(recipient, recipient_verification=one.id))

    assert funded.state()["outbound"] == {}


def test_lists_filter_by_recipient_status_and_time(funded, stripe_client, payments):
    first, second = (a_recipient(funded, stripe_client) for _ in range(2))
    payments.create(payment(first, named="dsb_1"))
    funded.advance(hours=2)
    payments.create(payment(second, named="dsb_2"))
    made = payments.create(payment(first, named="dsb_3"))

    def listed(**params):
        found = payments.list(params).data
        return [one.metadata["cashpilot_disbursement"] for one in found]

    assert listed(recipient=first) == ["dsb_3", "dsb_1"]
    assert listed(status=["posted"]) == ["dsb_1"]
    assert listed(status=["posted", "processing"]) == ["dsb_3", "dsb_2", "dsb_1"]
    assert listed(created={"lt": made.created}) == ["dsb_1"]
    assert listed(recipient=first, created={"gte": made.created}) == ["dsb_3"]


def test_every_page_keeps_its_filters(funded, payments, recipient):
    for number in range(5):
        payments.create(payment(recipient, amount=1, named=f"dsb_{number}"))

    found = payments.list({"recipient": recipient, "status": ["processing"], "limit": 2})

    assert [one.metadata["cashpilot_disbursement"] for one in found.auto_paging_iter()] == [
        f"dsb_{number}" for number in (4, 3, 2, 1, 0)
    ]


def test_a_list_learns_of_a_payment_and_of_its_status_only_after_the_lag(
    funded, payments, recipient
):
    ask(funded, "POST", "/sandbox/lists", given={"lag": 3600})
    made = payments.create(payment(recipient))
    at_once = names_of(funded), payments.retrieve(made.id).status

    funded.advance(3600)
    after_an_hour = names_of(funded), payments.list({"status": ["posted"]}).data
    funded.advance(3600)

    assert at_once == ([], "processing")
    assert after_an_hour == (["dsb_1"], [])
    assert payments.retrieve(made.id).status == "posted"
    assert payments.list({"status": ["posted"]}).data[0].id == made.id


def test_a_new_sandbox_s_lists_do_not_lag(funded, payments, recipient):
    funded.lag_lists(60)
    funded.reset()

    assert funded.world.list_lag == 0


@pytest.mark.parametrize("mark", ["x", "1", "1-x", "-", "9" * 50])
def test_a_page_nobody_named_is_refused(funded, mark):
    status, _, body = ask(funded, "GET", f"{PAYMENTS}?page={mark}")

    assert (status, body["error"]["param"]) == (400, "page")
