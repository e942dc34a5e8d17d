"""Before a new try, the provider is asked what became of the earlier ones."""

import pytest

from cashpilot.core.access import Role
from cashpilot.core.refusals import NotAllowed, Refused
from payments.models import Clearance
from payments.operations import waiting
from tests.factories import BY, NOON, a_member, an_approved_run
from tests.payments.sending_world import claim, look_again, moved, send, transfers_at

pytestmark = pytest.mark.django_db


def given_up_and_approved_again(disbursement):
    waiting.withdraw(disbursement=disbursement, by=BY, now=NOON)
    run = an_approved_run(disbursement.pay_run.fund.pilot)
    return run.disbursements.get()


def two_approvers(disbursement):
    pilot = disbursement.pay_run.fund.pilot
    return [a_member(pilot, Role.APPROVER, email=f"{name}@example.org") for name in ("tom", "uma")]


def lost_to_a_server_error(disbursement, provider, sandbox, aged):
    """The provider answered 500 once, the key has died since, and nothing is to be found."""
    sandbox.fault("500_before", path="/v1/transfers", method="POST")
    send(provider)
    aged(disbursement, hours=27)
    look_again(provider)
    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.held_reason) == ("unknown", "review")


def test_money_that_an_earlier_disbursement_moved_stops_the_next_one(
    disbursement, provider, sandbox
):
    second = given_up_and_approved_again(disbursement)
    body = disbursement.request_body
    provider.client.v1.transfers.create(body, {"idempotency_key": disbursement.idempotency_key})

    send(provider)

    second.refresh_from_db()
    assert (second.state, second.held_reason) == ("unknown", "review")
    assert moved(sandbox, second) == 0
    assert len(transfers_at(sandbox)) == 1


def test_what_an_earlier_disbursement_moved_and_took_back_does_not_stop_the_next(
    disbursement, provider, sandbox
):
    second = given_up_and_approved_again(disbursement)
    body = disbursement.request_body
    made = provider.client.v1.transfers.create(body, {"idempotency_key": "by hand"})
    provider.client.v1.transfers.reversals.create(made.id, {})

    send(provider)

    second.refresh_from_db()
    assert second.state == "submitted"


def test_with_the_provider_out_of_reach_the_next_one_waits(disbursement, provider, sandbox):
    second = given_up_and_approved_again(disbursement)
    claim(provider, limit=0)
    sandbox.fault("drop_before", path="/v1/transfers", method="GET")

    send(provider)

    second.refresh_from_db()
    assert second.state == "queued"
    assert transfers_at(sandbox) == []


def test_after_a_server_error_a_new_key_takes_the_word_of_two_people(
    disbursement, provider, sandbox, aged
):
    lost_to_a_server_error(disbursement, provider, sandbox, aged)
    first, second = two_approvers(disbursement)

    for _ in range(2):
        waiting.release(disbursement=disbursement, person=first, by=BY, now=NOON)
    look_again(provider)
    disbursement.refresh_from_db()
    assert (disbursement.held_reason, len(transfers_at(sandbox))) == ("review", 1)

    waiting.release(disbursement=disbursement, person=second, by=BY, now=NOON)
    look_again(provider)

    disbursement.refresh_from_db()
    assert disbursement.state == "submitted"
    assert disbursement.idempotency_key.endswith("_a2")
    assert moved(sandbox, disbursement) == 1


def test_after_a_server_error_nobody_nameless_releases_a_payment(
    disbursement, provider, sandbox, aged
):
    lost_to_a_server_error(disbursement, provider, sandbox, aged)

    with pytest.raises(NotAllowed, match="Two people"):
        waiting.release(disbursement=disbursement, by=BY, now=NOON)

    assert not Clearance.objects.exists()


def test_two_people_give_up_what_is_proved_absent_and_it_is_owed_again(
    disbursement, provider, sandbox, aged
):
    lost_to_a_server_error(disbursement, provider, sandbox, aged)
    first, second = two_approvers(disbursement)

    for person in (first, first):
        waiting.give_up(
            disbursement=disbursement, provider=provider, person=person, by=BY, now=NOON
        )
    disbursement.refresh_from_db()
    assert disbursement.state == "unknown"
    waiting.give_up(disbursement=disbursement, provider=provider, person=second, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.failure) == ("failed", "withdrawn")
    assert an_approved_run(disbursement.pay_run.fund.pilot).disbursements.count() == 1


def test_what_the_provider_knows_of_cannot_be_given_up(disbursement, provider, sandbox, aged):
    sandbox.fault("drop_after", path="/v1/transfers", method="POST")
    send(provider)
    aged(disbursement, hours=27)
    disbursement.refresh_from_db()
    first, _ = two_approvers(disbursement)

    with pytest.raises(Refused, match="knows of this payment"):
        waiting.give_up(disbursement=disbursement, provider=provider, person=first, by=BY, now=NOON)

    assert not Clearance.objects.exists()


def test_what_may_still_be_carried_out_under_its_key_cannot_be_given_up(
    disbursement, provider, sandbox, aged
):
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    aged(disbursement, hours=25)
    disbursement.refresh_from_db()
    first, _ = two_approvers(disbursement)

    with pytest.raises(Refused, match="may still honour"):
        waiting.give_up(disbursement=disbursement, provider=provider, person=first, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert disbursement.state == "unknown"
