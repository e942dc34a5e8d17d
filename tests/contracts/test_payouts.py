"""From the person's balance to their bank, and back when the bank says no."""

import pytest
import stripe

from tests.contracts.asking import transfer

DAY = 86_400


def the_payout(client, person):
    return client.v1.payouts.list({}, {"stripe_account": person}).data[0]


def types(sandbox, person):
    return [
        event["type"]
        for event in sandbox.events
        if event.get("account") == person and event["type"].startswith("payout.")
    ]


def lines_of(client, person, payout):
    return client.v1.balance_transactions.list(
        {"payout": payout.id, "limit": 100, "expand": ["data.source"]}, {"stripe_account": person}
    ).data


def transfers_in(client, person, payout):
    sources = [line.source for line in lines_of(client, person, payout)]
    return {
        source.source_transfer for source in sources if getattr(source, "source_transfer", None)
    }


@pytest.fixture
def sent(funded, person, stripe_client):
    return stripe_client.v1.transfers.create(transfer(person))


def test_money_is_paid_out_after_a_day_and_arrives_after_another(
    funded, person, stripe_client, sent
):
    funded.advance(DAY - 1)
    early = stripe_client.v1.payouts.list({}, {"stripe_account": person}).data
    funded.advance(1)
    made = the_payout(stripe_client, person)
    funded.advance(DAY)
    arrived = the_payout(stripe_client, person)

    assert early == []
    assert (made.status, made.amount, made.automatic) == ("pending", 50_000, True)
    assert made.arrival_date == made.created + DAY == sent.created + 2 * DAY
    assert arrived.status == "paid"
    assert arrived.trace_id.value
    assert types(funded, person) == [
        "payout.created",
        "payout.updated",
        "payout.reconciliation_completed",
        "payout.paid",
    ]
    assert funded.state()["payments"]["dsb_1"]["arrived"] == 50_000


def test_one_long_jump_leaves_the_dates_of_the_days_it_passed(funded, person, stripe_client, sent):
    funded.advance(days=30)

    events = {
        event["type"]: event["created"] for event in funded.events if event.get("account") == person
    }
    assert events["payout.created"] == sent.created + DAY
    assert events["payout.paid"] == sent.created + 2 * DAY


def test_what_falls_due_during_a_jump_happens_in_the_order_of_time(funded, stripe_client, sent):
    funded.tick()
    slow = funded.create_account(onboarded=False)
    funded.onboard(slow, first_name="Later")

    funded.advance(days=3)

    moments = [event["created"] for event in funded.events]
    assert moments == sorted(moments)
    assert len(set(moments)) >= 4


def test_transfers_of_a_day_share_a_payout_and_there_is_one_a_day(
    funded, person, stripe_client, sent
):
    second = stripe_client.v1.transfers.create(transfer(person, payment="dsb_2"))
    funded.advance(hours=2)
    third = stripe_client.v1.transfers.create(transfer(person, payment="dsb_3"))

    funded.advance(days=3)

    latest, first = stripe_client.v1.payouts.list({}, {"stripe_account": person}).data
    assert transfers_in(stripe_client, person, first) == {sent.id, second.id}
    assert transfers_in(stripe_client, person, latest) == {third.id}
    assert latest.created == first.created + DAY


def test_a_payout_lists_what_it_carries_once_it_is_reconciled_and_its_own_line(
    funded, person, stripe_client, sent
):
    funded.advance(DAY)
    fresh = the_payout(stripe_client, person)
    before = [line.type for line in lines_of(stripe_client, person, fresh)]
    funded.advance(3600)
    handed_over = the_payout(stripe_client, person)

    after = lines_of(stripe_client, person, handed_over)

    assert (fresh.reconciliation_status, before) == ("in_progress", ["payout"])
    assert (handed_over.reconciliation_status, handed_over.status) == ("completed", "in_transit")
    assert sorted((line.type, line.amount) for line in after) == [
        ("payment", 50_000),
        ("payout", -50_000),
    ]
    assert transfers_in(stripe_client, person, handed_over) == {sent.id}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("000111111116", "no_account"),
        ("000111111113", "account_closed"),
        ("000222222227", "insufficient_funds"),
        ("000333333335", "debit_not_authorized"),
        ("000444444440", "invalid_currency"),
    ],
)
def test_a_bank_number_decides_how_a_payout_fails(funded, stripe_client, number, code):
    person = funded.create_account(bank_number=number)
    stripe_client.v1.transfers.create(transfer(person))

    funded.advance(days=2)

    payout = the_payout(stripe_client, person)
    assert (payout.status, payout.failure_code) == ("failed", code)
    assert types(funded, person)[-1] == "payout.failed"
    assert "payout.paid" not in types(funded, person)
    assert (
        stripe_client.v1.balance.retrieve({}, {"stripe_account": person}).available[0].amount
        == 50_000
    )
    assert funded.state()["payments"]["dsb_1"]["arrived"] == 0


def test_a_number_ending_7701_is_paid_and_sent_back_two_days_later(funded, stripe_client):
    person = funded.create_account(bank_number="000123457701")
    stripe_client.v1.transfers.create(transfer(person))

    funded.advance(days=2)
    at_first = the_payout(stripe_client, person).status
    funded.advance(days=2)

    assert (at_first, the_payout(stripe_client, person).status) == ("paid", "failed")
    assert types(funded, person)[-2:] == ["payout.paid", "payout.failed"]


def test_a_number_ending_7702_never_arrives(funded, stripe_client):
    person = funded.create_account(bank_number="000123457702")
    stripe_client.v1.transfers.create(transfer(person))

    funded.advance(days=20)

    assert the_payout(stripe_client, person).status == "in_transit"


def test_after_a_failure_payouts_stop_until_the_bank_account_is_replaced(funded, stripe_client):
    person = funded.create_account(bank_number="000111111116")
    sent = stripe_client.v1.transfers.create(transfer(person))
    funded.advance(days=2)
    later = stripe_client.v1.transfers.create(transfer(person, payment="dsb_2"))
    funded.advance(days=8)
    stopped = len(stripe_client.v1.payouts.list({}, {"stripe_account": person}).data)

    funded.bank_ok(person)
    funded.advance(days=1)

    latest = the_payout(stripe_client, person)
    assert stopped == 1
    assert latest.status == "paid"
    assert transfers_in(stripe_client, person, latest) == {sent.id, later.id}
    assert funded.state()["payments"]["dsb_1"] == {
        "transfers": 1,
        "sent": 50_000,
        "arrived": 50_000,
        "ids": [sent.id],
    }


def test_a_restricted_account_is_not_paid_out_until_it_is_restored(
    funded, person, stripe_client, sent
):
    funded.restrict(person)
    funded.advance(days=3)
    while_restricted = stripe_client.v1.payouts.list({}, {"stripe_account": person}).data

    funded.restore(person)
    funded.advance(days=1)

    assert while_restricted == []
    assert the_payout(stripe_client, person).status == "paid"


def test_a_payout_can_be_cancelled_until_the_bank_has_it(funded, person, stripe_client, sent):
    funded.advance(DAY)
    payout = the_payout(stripe_client, person)

    cancelled = stripe_client.v1.payouts.cancel(payout.id, {}, {"stripe_account": person})
    funded.advance(days=2)
    latest = the_payout(stripe_client, person)

    assert cancelled.status == "canceled"
    assert latest.id != payout.id
    assert latest.status == "paid"
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.payouts.cancel(latest.id, {}, {"stripe_account": person})


def test_a_payout_by_hand_takes_available_money_only_and_is_not_paid_twice(
    funded, person, stripe_client, sent
):
    options = {"stripe_account": person}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe_client.v1.payouts.create({"amount": 20_000, "currency": "gbp"}, options)
    stripe_client.v1.accounts.update(
        person, {"settings": {"payouts": {"schedule": {"interval": "manual"}}}}
    )
    funded.advance(DAY)

    stripe_client.v1.payouts.create({"amount": 20_000, "currency": "gbp"}, options)
    stripe_client.v1.accounts.update(
        person, {"settings": {"payouts": {"schedule": {"interval": "daily"}}}}
    )
    funded.run_payouts(arrive=True)

    assert refused.value.code == "balance_insufficient"
    assert sorted(payout.amount for payout in stripe_client.v1.payouts.list({}, options).data) == [
        20_000,
        30_000,
    ]


def test_payouts_of_one_account_are_not_another_s(funded, person, stripe_client, sent):
    other = funded.create_account()
    funded.run_payouts()
    payout = the_payout(stripe_client, person)

    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.payouts.retrieve(payout.id, {}, {"stripe_account": other})

    assert stripe_client.v1.payouts.list({}, {"stripe_account": other}).data == []
    assert stripe_client.v1.payouts.list().data == []


def test_a_forced_run_pays_out_what_is_still_pending_and_can_make_it_arrive(
    funded, person, stripe_client, sent
):
    made = funded.run_payouts(arrive=True)

    assert [the_payout(stripe_client, person).id] == made
    assert the_payout(stripe_client, person).status == "paid"
