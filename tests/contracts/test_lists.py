"""Filters and cursors: a look-up by group is what makes a lost answer harmless."""

import pytest
import stripe

from tests.contracts.asking import transfer


@pytest.fixture
def five(funded, person, stripe_client):
    """Five transfers, an hour apart, oldest first."""
    sent = []
    for number in range(5):
        sent.append(
            stripe_client.v1.transfers.create(transfer(person, amount=100, payment=f"dsb_{number}"))
        )
        funded.advance(hours=1)
    return sent


def ids(objects):
    return [each.id for each in objects]


def test_a_transfer_is_found_by_its_group_at_once(five, stripe_client):
    found = stripe_client.v1.transfers.list({"transfer_group": "cp_dsb_3"})
    absent = stripe_client.v1.transfers.list({"transfer_group": "cp_dsb_9"})

    assert ids(found.data) == [five[3].id]
    assert absent.data == []


def test_transfers_are_found_by_destination(funded, five, person, stripe_client):
    other = funded.create_account()
    theirs = stripe_client.v1.transfers.create(transfer(other))

    assert ids(stripe_client.v1.transfers.list({"destination": other}).data) == [theirs.id]
    assert len(stripe_client.v1.transfers.list({"destination": person}).data) == 5


@pytest.mark.parametrize(
    ("word", "expected"), [("gt", [4, 3]), ("gte", [4, 3, 2]), ("lt", [1, 0]), ("lte", [2, 1, 0])]
)
def test_transfers_are_found_by_time(five, stripe_client, word, expected):
    found = stripe_client.v1.transfers.list({"created": {word: five[2].created}})

    assert ids(found.data) == ids(five[number] for number in expected)


def test_filters_narrow_each_other(five, person, stripe_client):
    found = stripe_client.v1.transfers.list(
        {"transfer_group": "cp_dsb_1", "destination": person, "created": {"gt": five[2].created}}
    )

    assert found.data == []


def test_pages_are_newest_first_and_follow_on(five, stripe_client):
    first = stripe_client.v1.transfers.list({"limit": 2})
    second = stripe_client.v1.transfers.list({"limit": 2, "starting_after": first.data[-1].id})
    back = stripe_client.v1.transfers.list({"limit": 2, "ending_before": second.data[0].id})

    assert ids(first.data) == ids([five[4], five[3]])
    assert first.has_more
    assert ids(second.data) == ids([five[2], five[1]])
    assert ids(back.data) == ids(first.data)


def test_the_sdk_walks_all_pages(five, stripe_client):
    walked = stripe_client.v1.transfers.list({"limit": 2}).auto_paging_iter()

    assert ids(walked) == ids(reversed(five))


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 101},
        {"starting_after": "tr_nobody"},
        {"colour": "blue"},
        {"created": {"about": 1}},
    ],
)
def test_a_list_that_makes_no_sense_is_refused(stripe_client, params):
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client.v1.transfers.list(params)


def test_balance_lines_are_found_by_type_and_source(five, person, stripe_client):
    by_type = stripe_client.v1.balance_transactions.list({"type": "transfer"})
    by_source = stripe_client.v1.balance_transactions.list({"source": five[1].id})
    theirs = stripe_client.v1.balance_transactions.list(
        {"source": five[1].destination_payment}, {"stripe_account": person}
    )

    assert len(by_type.data) == 5
    assert [(line.amount, line.id) for line in by_source.data] == [
        (-100, five[1].balance_transaction)
    ]
    assert [line.amount for line in theirs.data] == [100]


def test_events_are_found_by_type_and_time(five, stripe_client):
    of_type = stripe_client.v1.events.list({"type": "transfer.created"})
    of_types = stripe_client.v1.events.list(
        {"types": ["transfer.created", "topup.created"], "limit": 100}
    )
    late = stripe_client.v1.events.list({"created": {"gte": five[3].created}})

    assert len(of_type.data) == len(of_types.data) == 5
    assert [event.data.object["id"] for event in late.data] == ids([five[4], five[3]])
    assert stripe_client.v1.events.retrieve(late.data[0].id).type == "transfer.created"


def test_events_of_a_connected_account_are_listed_for_that_account_alone(
    five, person, stripe_client
):
    ours = stripe_client.v1.events.list({"limit": 100}).data
    theirs = stripe_client.v1.events.list({"limit": 100}, {"stripe_account": person}).data

    assert {getattr(event, "account", None) for event in ours} == {None}
    assert {event.account for event in theirs} == {person}


def test_events_are_kept_for_thirty_days(funded, five, stripe_client):
    funded.advance(days=31)

    assert stripe_client.v1.events.list({"type": "transfer.created"}).data == []
