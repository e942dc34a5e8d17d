"""Thin events: signed, small, and a way to what they are about."""

import json
import re

import pytest
import stripe
from stripe.events._event_classes import get_v2_event_class

from payments.sandbox.thin_events import KIND
from tests.contracts.asking import ask
from tests.contracts.second import RECIPIENT, a_recipient, method_of, payment
from tests.contracts.stripe_types import response_problems

SECRET = "whsec_thin"


@pytest.fixture
def told(listening, funded):
    """What the destination of thin events has been sent, as the SDK reads it."""
    listening.received.clear()
    listening.status = 200
    funded.add_webhook(listening.url("thin"), SECRET, thin=True)

    def notices(client):
        funded.tick()
        sent = [(body, mark) for path, body, mark in listening.received if path == "/thin"]
        return [client.parse_event_notification(body, mark, SECRET) for body, mark in sent]

    return notices


def types(notices):
    return [one.type.removeprefix("v2.") for one in notices]


def test_a_payment_is_told_of_at_each_step(funded, told, stripe_client):
    person = a_recipient(funded, stripe_client, bank_number="000111111113")
    before = len(told(stripe_client))
    stripe_client.v2.money_management.outbound_payments.create(payment(person))

    funded.advance(days=3)

    assert types(told(stripe_client)[before:]) == [
        "money_management.outbound_payment.created",
        "money_management.outbound_payment.posted",
        "money_management.outbound_payment.returned",
    ]


def test_a_notice_leads_to_the_event_and_to_the_payment_as_it_is_now(funded, told, stripe_client):
    person = a_recipient(funded, stripe_client)
    payments = stripe_client.v2.money_management.outbound_payments
    made = payments.create(payment(person), {"idempotency_key": "cp_dsb_1_a1"})
    notice = told(stripe_client)[-1]

    payments.cancel(made.id)

    assert notice.reason.request.idempotency_key == "cp_dsb_1_a1"
    assert notice.fetch_event().id == notice.id
    assert notice.fetch_related_object().status == "canceled"


def test_nothing_personal_and_no_amount_is_in_a_notice(funded, told, stripe_client, listening):
    person = a_recipient(funded, stripe_client, first_name="Rowan")
    stripe_client.v2.money_management.outbound_payments.create(payment(person))
    told(stripe_client)

    sent = b"".join(body for _, body, _ in listening.received)

    assert b"Rowan" not in sent
    assert b"rowan@" not in sent
    assert b"50000" not in re.sub(rb"sbx\w+", b"", sent)


def test_every_event_has_the_fields_of_the_sdk_s_class_for_it(funded, told, stripe_client):
    person = a_recipient(funded, stripe_client)
    link = {"refresh_url": "http://127.0.0.1/again", "return_url": "http://127.0.0.1/done"}
    use_case = {"type": "account_onboarding", "account_onboarding": link}
    page = stripe_client.v2.core.account_links.create({"account": person, "use_case": use_case})
    ask(funded, "POST", page.url, form={"outcome": "finish"})
    stripe_client.v2.money_management.recipient_verifications.create(
        {"recipient": person, "payout_method": method_of(funded, person)}
    )
    stripe_client.v2.money_management.outbound_payments.create(payment(person))

    kept = funded.world.store.find(KIND)

    problems = []
    for event in kept:
        _, _, body = ask(funded, "GET", f"/v2/core/events/{event['id']}")
        problems += response_problems(get_v2_event_class(event["type"]), body)
    assert problems == []
    assert len({event["type"] for event in kept}) == 6


def test_a_change_of_what_somebody_may_be_paid_is_told(funded, told, stripe_client):
    person = stripe_client.v2.core.accounts.create(RECIPIENT).id
    funded.onboard(person)

    notices = told(stripe_client)

    assert types(notices) == [
        "core.account.created",
        "core.account[requirements].updated",
        "core.account[configuration.recipient].capability_status_updated",
    ]
    assert notices[-1].fetch_event().data.updated_capability == "bank_accounts.local"


def test_accounts_of_the_first_api_are_not_told_of_thinly(funded, told, stripe_client, listening):
    funded.create_account()

    assert told(stripe_client) == []
    assert stripe_client.v1.webhook_endpoints.list().data == []


def test_a_notice_that_was_touched_is_refused(funded, told, stripe_client, listening):
    stripe_client.v2.core.accounts.create(RECIPIENT)
    told(stripe_client)
    _, body, mark = listening.received[-1]

    with pytest.raises(stripe.SignatureVerificationError):
        stripe_client.parse_event_notification(json.dumps(json.loads(body)), mark, SECRET)


def test_an_event_can_be_read_for_thirty_days(funded, told, stripe_client):
    stripe_client.v2.core.accounts.create(RECIPIENT)
    notice = told(stripe_client)[-1]

    funded.advance(days=30)

    with pytest.raises(stripe.InvalidRequestError, match="No such event"):
        notice.fetch_event()


def test_events_of_the_first_api_are_not_read_through_the_second(funded, stripe_client):
    funded.create_account()

    status, _, _ = ask(funded, "GET", f"/v2/core/events/{funded.events[0]['id']}")

    assert status == 404
