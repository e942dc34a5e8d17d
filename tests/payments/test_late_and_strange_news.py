"""News that come late, in part, in another version, or about what was given up."""

import uuid
from datetime import timedelta

import pytest

from cashpilot.core.access import Role
from cashpilot.core.refusals import Refused
from payments.models import ProviderEvent
from payments.operations import pay_runs, provider_events, sending, settlement, waiting
from payments.providers.base import Accepted, Payout
from payments.queries import events_that_need_a_person, events_waiting, ledger_faults
from tests.factories import (
    BY,
    NOON,
    PLENTY,
    a_member,
    a_pilot,
    a_prepared_run,
    a_user,
    an_approved_run,
)
from tests.payments.hearing_world import LATER, deliver, events_of, hear_all
from tests.payments.sending_world import send

pytestmark = pytest.mark.django_db


def moved_after_all(provider, disbursement):
    """Give one up here, and have its money move there none the less."""
    waiting.withdraw(disbursement=disbursement, by=BY, now=NOON)
    return provider.client.v1.transfers.create(
        disbursement.request_body, {"idempotency_key": disbursement.idempotency_key}
    )


def test_money_that_moved_for_a_payment_given_up_is_in_the_books_and_not_sent_again(
    client, settings, sandbox, provider, disbursement
):
    transfer = moved_after_all(provider, disbursement)

    hear_all(client, settings, sandbox, provider)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.provider_reference) == ("submitted", transfer.id)
    fund = disbursement.pay_run.fund
    assert list(ledger_faults(fund)) == []
    with pytest.raises(pay_runs.NobodyToPay):
        a_prepared_run(fund.pilot)


def test_a_list_made_before_that_was_known_is_not_approved(
    client, settings, sandbox, provider, disbursement
):
    moved_after_all(provider, disbursement)
    pilot = disbursement.pay_run.fund.pilot
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)

    hear_all(client, settings, sandbox, provider)

    with pytest.raises(pay_runs.Changed):
        pay_runs.vote(
            run=run,
            approver=a_member(pilot, Role.APPROVER),
            available_minor=PLENTY,
            by=BY,
            now=NOON,
        )


def test_money_that_moved_twice_for_one_promise_waits_for_a_person(
    client, settings, sandbox, provider, disbursement
):
    moved_after_all(provider, disbursement)
    again = an_approved_run(disbursement.pay_run.fund.pilot).disbursements.get()

    hear_all(client, settings, sandbox, provider)

    disbursement.refresh_from_db()
    assert disbursement.state == "failed"
    again.refresh_from_db()
    assert again.state == "queued"
    event = ProviderEvent.objects.get(type="transfer.created")
    assert (event.state, "given up" in event.reason) == ("refused", True)


def test_what_is_taken_back_in_part_is_booked_told_and_changes_no_payment(
    client, settings, sandbox, provider, disbursement
):
    send(provider)
    disbursement.refresh_from_db()
    transfer = disbursement.provider_reference
    hear_all(client, settings, sandbox, provider)

    provider.client.v1.transfers.reversals.create(transfer, {"amount": 10_000})
    hear_all(client, settings, sandbox, provider)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.standing_minor) == ("submitted", 26_000)
    assert list(ledger_faults(disbursement.pay_run.fund)) == []
    refused = ProviderEvent.objects.filter(state="refused")
    assert "£100.00" in refused.get().reason

    provider.client.v1.transfers.reversals.create(transfer, {})
    hear_all(client, settings, sandbox, provider)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.returned_to) == ("returned", "funds")
    parts = disbursement.ledger_entries.filter(kind="reversal").order_by("pk")
    assert list(parts.values_list("amount_minor", flat=True)) == [10_000, 26_000]
    assert len(set(parts.values_list("provider_object", flat=True))) == 2
    assert list(ledger_faults(disbursement.pay_run.fund)) == []


def test_a_person_who_has_looked_at_the_part_is_not_asked_again(
    client, settings, sandbox, provider, disbursement
):
    send(provider)
    disbursement.refresh_from_db()
    transfer = disbursement.provider_reference
    provider.client.v1.transfers.reversals.create(transfer, {"amount": 10_000})
    hear_all(client, settings, sandbox, provider)

    for event in ProviderEvent.objects.filter(state="refused"):
        provider_events.try_again(event=event, by=BY, now=LATER)
    provider_events.apply_waiting(provider=provider, by="provider", now=LATER)

    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {"applied"}
    disbursement.refresh_from_db()
    assert disbursement.ledger_entries.filter(kind="reversal").count() == 1


def test_news_in_another_version_are_left_and_then_found_by_asking(
    client, settings, sandbox, provider, disbursement
):
    send(provider)
    for event in events_of(sandbox):
        deliver(client, settings, event | {"api_version": "2019-05-16"})
    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {"ignored"}

    provider_events.sweep(provider=provider, by=BY, now=NOON)

    kinds = ProviderEvent.objects.filter(state="received").values_list("type", flat=True)
    assert "transfer.created" in kinds


def test_news_that_come_again_in_our_version_are_acted_on(
    client, settings, sandbox, provider, disbursement
):
    send(provider)
    (event,) = [one for one in events_of(sandbox) if one["type"] == "transfer.created"]
    deliver(client, settings, event | {"api_version": "2019-05-16"})

    deliver(client, settings, event)

    assert ProviderEvent.objects.get().state == "received"


def bounced(disbursement, at):
    reference = disbursement.payout_reference
    return Payout(
        reference, "failed", 36_000, NOON, NOON.date(), "no_account", True, "", [], changed_at=at
    )


@pytest.fixture
def paid(client, settings, sandbox, provider, disbursement):
    send(provider)
    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    disbursement.refresh_from_db()
    return disbursement


def test_a_bounce_in_time_is_believed_however_late_we_hear_of_it(paid):
    in_time, late = paid.final_at - timedelta(hours=1), paid.final_at + timedelta(days=9)

    settlement.apply_payout(disbursement=paid, payout=bounced(paid, in_time), by=BY, now=late)

    paid.refresh_from_db()
    assert (paid.state, paid.returned_to) == ("returned", "recipient")


def test_a_bounce_after_the_bank_s_time_is_a_person_s_to_judge(paid):
    after = paid.final_at + timedelta(hours=1)

    with pytest.raises(Refused, match="was final"):
        settlement.apply_payout(disbursement=paid, payout=bounced(paid, after), by=BY, now=NOON)


def test_what_a_slow_worker_heard_stays_in_the_diary_even_where_it_cannot_be_booked(
    provider, disbursement
):
    waiting.withdraw(disbursement=disbursement, by=BY, now=NOON)
    an_approved_run(disbursement.pay_run.fund.pilot)

    with pytest.raises(Refused, match="given up"):
        sending.record(
            disbursement=disbursement,
            token=uuid.uuid4(),
            answer=Accepted("tr_sbxlate"),
            by=BY,
            now=NOON,
        )

    assert disbursement.attempts.get().kind == "fenced"


def an_event(number, **fields):
    moments = dict.fromkeys(("happened_at", "received_at", "state_changed_at"), NOON)
    about = {"type": "transfer.created", "object_reference": f"tr_{number}", "body": "{}"}
    return ProviderEvent.objects.create(public_id=f"evt_{number}", **about | moments | fields)


def test_news_that_nobody_can_act_on_yet_hold_up_no_other(sandbox, provider):
    for number in range(3):
        an_event(number)
    sandbox.fault("drop_before", path="/v1/transfers/*", times=None)
    provider_events.apply_waiting(provider=provider, by=BY, now=NOON, limit=2)
    assert ProviderEvent.objects.filter(state="received").count() == 3

    ((first,), *_) = events_waiting(2)

    assert first.public_id == "evt_2"


def test_what_the_provider_says_of_people_elsewhere_is_not_shown(disbursement):
    about_ours = an_event(1, state="refused", account=disbursement.destination)
    about_nobody = an_event(2, state="refused")
    elsewhere = a_user("mo@example.org", may_set_up_pilots=True)
    other = a_pilot(name="Mill Lane Cash Pilot", manager=elsewhere)
    approver = a_member(other, Role.APPROVER, email="rio@example.org")

    assert list(events_that_need_a_person(approver)) == [about_nobody]
    ours = a_member(disbursement.pay_run.fund.pilot, Role.APPROVER)
    assert list(events_that_need_a_person(ours)) == [about_ours, about_nobody]
    nobody = a_member(other, Role.RESEARCHER, email="ann@example.org")
    assert not events_that_need_a_person(nobody)
