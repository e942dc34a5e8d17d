"""Sending through the real SDK to the sandbox: exactly one transfer, whatever goes wrong."""

import uuid

import pytest

from cashpilot.core.models import AuditEvent
from payments.models import Disbursement, LedgerEntry, Recipient
from payments.operations import claiming, disbursements, sending, unknown, waiting
from payments.providers.base import Declined
from payments.queries import balances_of
from tests.factories import BY, NOON
from tests.payments.sending_world import claim, look_again, moved, send, transfers_at

pytestmark = pytest.mark.django_db


def test_a_queued_disbursement_is_sent_and_the_ledger_says_so(disbursement, provider, sandbox):
    asked = send(provider)

    disbursement.refresh_from_db()
    assert asked == 1
    assert disbursement.state == "submitted"
    assert disbursement.provider_reference.startswith("tr_")
    assert moved(sandbox, disbursement) == 1
    balances = balances_of(disbursement.pay_run.fund)
    assert balances["provider"] == 36_000
    assert sum(balances.values()) == 0


def test_sending_again_finds_nothing_to_send(disbursement, provider, sandbox):
    send(provider)

    assert send(provider) == 0
    assert moved(sandbox, disbursement) == 1


@pytest.mark.parametrize(
    "fault",
    [
        "timeout_before",
        "timeout_after",
        "drop_before",
        "drop_after",
        "500_before",
        "500_after",
        "502_html",
        "garbage_200",
        "409_in_use",
        "429_rate",
        "429_lock",
        "429_concurrency",
    ],
)
def test_whatever_breaks_once_the_money_moves_once(fault, disbursement, provider, sandbox):
    sandbox.fault(fault, path="/v1/transfers", method="POST")

    send(provider)
    disbursement.refresh_from_db()
    after_the_fault = disbursement.state
    look_again(provider)

    disbursement.refresh_from_db()
    assert after_the_fault == ("queued" if fault.startswith("429") else "unknown")
    if fault == "500_before":  # the provider replays its 500 for as long as the key lives
        assert (disbursement.state, moved(sandbox, disbursement)) == ("unknown", 0)
        return
    assert disbursement.state == "submitted"
    assert moved(sandbox, disbursement) == 1
    assert LedgerEntry.objects.filter(kind="disbursement").count() == 1


def test_after_a_lost_answer_the_same_key_is_used(disbursement, provider, sandbox):
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")

    send(provider)
    look_again(provider)

    keys = {one["key"] for one in transfers_at(sandbox)}
    assert keys == {f"cp_{disbursement.public_id}_a1"}


def test_a_destination_that_changed_after_approval_is_not_paid(disbursement, provider, sandbox):
    Recipient.objects.update(provider_account=sandbox.create_account("GB"))

    send(provider)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.held_reason) == ("queued", "destination_changed")
    assert transfers_at(sandbox) == []


def test_after_its_lease_a_worker_asks_for_nothing(disbursement, provider, sandbox):
    token, claimed = claim(provider)
    Disbursement.objects.update(lease_until=NOON)

    sending.send_one(disbursement=claimed[0], token=token, provider=provider, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert disbursement.state == "queued"
    assert transfers_at(sandbox) == []


def test_an_acceptance_that_comes_after_the_lease_is_believed(disbursement, provider, sandbox):
    token, claimed = claim(provider)
    answer = provider.send(disbursements.order_of(claimed[0]), claimed[0].request_body)
    Disbursement.objects.update(lease_until=NOON)
    sending.expire_leases(by=BY, now=NOON)

    sending.record(disbursement=claimed[0], token=token, answer=answer, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert disbursement.state == "submitted"
    assert list(disbursement.attempts.values_list("kind", flat=True)) == ["intent", "fenced"]
    look_again(provider)
    assert moved(sandbox, disbursement) == 1


def test_while_nobody_can_tell_whether_the_key_lives_nothing_is_sent(
    disbursement, provider, sandbox, aged
):
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    aged(disbursement, hours=22)

    look_again(provider)

    disbursement.refresh_from_db()
    assert disbursement.state == "unknown"
    assert len(transfers_at(sandbox)) == 1


def test_a_dead_key_is_replaced_only_after_proof_that_nothing_moved(
    disbursement, provider, sandbox, aged
):
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    aged(disbursement, hours=27)

    look_again(provider)

    disbursement.refresh_from_db()
    assert disbursement.state == "submitted"
    assert disbursement.idempotency_key.endswith("_a2")
    assert moved(sandbox, disbursement) == 1


def test_after_a_server_error_a_dead_key_waits_for_a_person(disbursement, provider, sandbox, aged):
    sandbox.fault("500_before", path="/v1/transfers", method="POST")
    send(provider)
    aged(disbursement, hours=27)

    look_again(provider)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.held_reason) == ("unknown", "review")


def test_every_move_leaves_its_author_behind(disbursement, provider):
    send(provider)

    lines = AuditEvent.objects.filter(subject__contains=disbursement.public_id)
    assert list(lines.order_by("pk").values_list("verb", "by")) == [
        ("disbursement.queued", "test"),
        ("disbursement.submitting", "test"),
        ("disbursement.submitted", "test"),
    ]


def test_a_slow_worker_cannot_speak_for_the_one_that_has_the_claim_now(
    disbursement, provider, sandbox
):
    slow, claimed = claim(provider)
    Disbursement.objects.update(lease_until=NOON)
    sending.expire_leases(by=BY, now=NOON)
    held_by_another = Disbursement.objects.get()
    claiming.start_try(disbursements=[held_by_another], token=uuid.uuid4(), by="quick", now=NOON)

    sending.record(
        disbursement=claimed[0], token=slow, answer=Declined("refused"), by="slow", now=NOON
    )

    disbursement.refresh_from_db()
    assert disbursement.state == "submitting"
    assert disbursement.idempotency_key.endswith("_a1")
    assert disbursement.attempts.last().kind == "fenced"


def test_a_decline_after_an_open_try_is_looked_up_before_a_new_key(disbursement, provider, sandbox):
    sandbox.fault("drop_after", path="/v1/transfers", method="POST")
    send(provider)
    token = uuid.uuid4()
    row = Disbursement.objects.get()
    claiming.start_try(disbursements=[row], token=token, by=BY, now=NOON)

    sending.record(
        disbursement=row, token=token, answer=Declined("account_invalid"), by=BY, now=NOON
    )

    row.refresh_from_db()
    assert (row.state, row.held_reason) == ("unknown", "review")
    waiting.release(disbursement=row, by=BY, now=NOON)
    look_again(provider)
    row.refresh_from_db()
    assert row.state == "submitted"
    assert moved(sandbox, row) == 1


def test_a_worker_killed_between_two_keys_leaves_a_row_that_is_still_looked_up(
    disbursement, provider, sandbox, aged, monkeypatch
):
    def killed(**_):
        raise KeyboardInterrupt

    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    aged(disbursement, hours=27)
    with monkeypatch.context() as worker:
        worker.setattr(unknown, "start_try", killed)
        with pytest.raises(KeyboardInterrupt):
            look_again(provider)

    disbursement.refresh_from_db()
    assert disbursement.first_sent_at is not None
    assert disbursement.idempotency_key.endswith("_a1")
    look_again(provider)
    assert moved(sandbox, disbursement) == 1
