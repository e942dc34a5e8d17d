"""Whatever can go wrong with a payment, by number, and the tests that show what we do then.

The table is checked: a test that is renamed or dropped leaves its row without proof. What no other
file shows is tested below.
"""

import ast
from pathlib import Path

import pytest

from cashpilot.core.refusals import Refused
from payments.models import LedgerEntry, ProviderEvent
from payments.operations import disbursements, recipients, sending, waiting
from payments.providers.base import Accepted
from tests.factories import BY, NOON
from tests.payments.hearing_world import deliver, events_of, hear_all
from tests.payments.sending_world import claim, moved, send, transfers_at

TESTS = Path(__file__).parent
KILLED = "chaos/test_killed_workers.py::test_a_worker_killed_at_any_step_of_a_send_pays_everybody"
KILLED_ANYWHERE = f"{KILLED}_once"
BREAKS_ONCE = "test_sending.py::test_whatever_breaks_once_the_money_moves_once"
HERE = "test_failure_matrix.py::"

MATRIX = {
    "1: killed before the claim is committed": [KILLED_ANYWHERE],
    "2: killed after the claim, before the call": [KILLED_ANYWHERE],
    "3: the line breaks or nothing comes back": [
        BREAKS_ONCE,
        "test_sending.py::test_after_a_lost_answer_the_same_key_is_used",
    ],
    "4: the money moved and the answer is lost": [BREAKS_ONCE, KILLED_ANYWHERE],
    "5: a server error": [
        BREAKS_ONCE,
        "test_sending.py::test_after_a_server_error_a_dead_key_waits_for_a_person",
        "test_looking_first.py::test_after_a_server_error_a_new_key_takes_the_word_of_two_people",
    ],
    "6: the key is in use": [BREAKS_ONCE],
    "7: one key with two bodies": [
        "test_pausing.py::test_one_key_with_two_bodies_pauses_the_run_and_is_never_given_another_key"
    ],
    "8: too many calls": [
        "test_pacing.py::test_a_refusal_for_the_rate_slows_sending_down",
        "test_second_tries.py"
        "::test_the_age_of_a_key_begins_with_the_try_that_may_have_been_carried_out",
    ],
    "9: a lock at the provider": ["test_pacing.py::test_a_lock_at_the_provider_slows_nothing_down"],
    "10: too little money": [
        "test_pausing.py::test_money_that_runs_out_stops_the_whole_run_and_not_each_payment_by_itself",
        "test_pausing.py::test_a_run_that_was_stopped_by_missing_money_goes_on_when_it_is_there",
    ],
    "11: the account may not receive": [
        HERE + "test_whoever_may_not_receive_waits_and_is_paid_once_they_may"
    ],
    "12: our own key is refused": [
        "test_pausing.py::test_a_refused_key_pauses_the_run_after_one_call"
    ],
    "13: an answer that nobody can read": [
        BREAKS_ONCE,
        "test_answers_of_stripe.py::test_what_is_no_answer_of_the_provider_leaves_the_outcome_open",
    ],
    "14: no answer for twenty hours": [
        "test_sending.py::test_while_nobody_can_tell_whether_the_key_lives_nothing_is_sent",
        "test_sending.py::test_a_dead_key_is_replaced_only_after_proof_that_nothing_moved",
    ],
    "15: a webhook twice": [
        "test_settlement.py::test_hearing_everything_twice_and_backwards_changes_nothing_more",
        "chaos/test_at_once.py::test_one_webhook_posted_fifty_times_at_once_is_kept_once",
    ],
    "16: a webhook before our own record": [
        HERE + "test_a_webhook_that_is_faster_than_the_answer_is_believed",
        HERE + "test_another_transfer_than_the_one_we_heard_of_waits_for_a_person",
    ],
    "17: webhooks out of order": [
        "test_settlement.py::test_hearing_everything_twice_and_backwards_changes_nothing_more"
    ],
    "18: a webhook is lost": [
        "test_settlement.py::test_what_no_webhook_brought_is_found_by_the_sweeps"
    ],
    "19: the bank sends it back after it had arrived": [
        "test_settlement.py"
        "::test_money_the_bank_sends_back_after_arrival_is_owed_and_never_sent_again"
    ],
    "20: the wrong person or the wrong sum": [
        "test_books.py::test_money_sent_to_the_wrong_place_is_taken_back_by_two_people_once"
    ],
    "21: a message twice, two workers": [
        "chaos/test_at_once.py::test_fifty_workers_send_each_payment_once",
        "test_sending.py::test_a_slow_worker_cannot_speak_for_the_one_that_has_the_claim_now",
    ],
    "22: somebody asks for it to be tried again": [
        HERE + "test_nobody_can_have_a_payment_sent_again_that_waits_for_nobody",
        "test_looking_first.py::test_after_a_server_error_nobody_nameless_releases_a_payment",
    ],
    "another definite refusal": ["test_pausing.py::test_three_refusals_alike_pause_the_run"],
}


@pytest.mark.parametrize("row", MATRIX)
def test_each_row_names_tests_that_exist(row):
    named = [one.split("::") for one in MATRIX[row]]

    missing = [test for file, test in named if test not in names_in(TESTS / file)]

    assert named
    assert missing == []


def test_no_row_is_left_out():
    numbers = [int(row.split(":")[0]) for row in MATRIX if row[0].isdigit()]

    assert numbers == list(range(1, 23))


def names_in(file):
    written = ast.parse(file.read_text(encoding="utf-8")).body
    return {one.name for one in written if isinstance(one, ast.FunctionDef)}


@pytest.mark.django_db
def test_whoever_may_not_receive_waits_and_is_paid_once_they_may(disbursement, provider, sandbox):
    sandbox.restrict(disbursement.destination)

    send(provider)
    disbursement.refresh_from_db()
    refused = disbursement.state, disbursement.held_reason, disbursement.idempotency_key[-3:]
    waiting.release_waiting(provider=provider, by=BY, now=NOON)
    asked_while_refused = send(provider)
    sandbox.restore(disbursement.destination)
    see_again(disbursement, provider)
    waiting.release_waiting(provider=provider, by=BY, now=NOON)
    send(provider)

    disbursement.refresh_from_db()
    assert refused == ("queued", "recipient", "_a2")
    assert asked_while_refused == 0
    assert (disbursement.state, moved(sandbox, disbursement)) == ("submitted", 1)


def see_again(disbursement, provider):
    who = disbursement.instalment.award.enrolment.recipient
    who.refresh_from_db()
    later = NOON.replace(hour=NOON.hour + 1)
    recipients.observe(recipient=who, provider=provider, by=BY, now=later)


@pytest.mark.django_db
def test_a_webhook_that_is_faster_than_the_answer_is_believed(
    disbursement, provider, sandbox, client, settings
):
    token, (mine,) = claim(provider)
    answer = provider.send(disbursements.order_of(mine), mine.request_body)

    hear_all(client, settings, sandbox, provider)
    disbursement.refresh_from_db()
    heard = disbursement.state
    sending.record(disbursement=mine, token=token, answer=answer, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert (heard, disbursement.state) == ("submitted", "submitted")
    assert disbursement.provider_reference == answer.reference
    assert LedgerEntry.objects.filter(kind="disbursement").count() == 1
    assert send(provider) == 0


@pytest.mark.django_db
def test_another_transfer_than_the_one_we_heard_of_waits_for_a_person(
    disbursement, provider, sandbox, client, settings
):
    token, (mine,) = claim(provider)
    provider.send(disbursements.order_of(mine), mine.request_body)
    hear_all(client, settings, sandbox, provider)
    second = provider.client.v1.transfers.create(
        mine.request_body, {"idempotency_key": "another hand"}
    )

    with pytest.raises(Refused, match="has the transfer"):
        sending.record(disbursement=mine, token=token, answer=Accepted(second.id), by=BY, now=NOON)
    for event in events_of(sandbox):
        deliver(client, settings, event)
    hear_all(client, settings, sandbox, provider)

    waits = ProviderEvent.objects.get(state="refused")
    disbursement.refresh_from_db()
    assert waits.object_reference == second.id
    assert disbursement.provider_reference != second.id
    assert LedgerEntry.objects.filter(kind="disbursement").count() == 1


@pytest.mark.django_db
def test_nobody_can_have_a_payment_sent_again_that_waits_for_nobody(
    disbursement, provider, sandbox
):
    send(provider)
    disbursement.refresh_from_db()

    with pytest.raises(Refused, match="not waiting for anybody"):
        waiting.release(disbursement=disbursement, by=BY, now=NOON)
    with pytest.raises(Refused, match="may have been sent"):
        waiting.withdraw(disbursement=disbursement, by=BY, now=NOON)

    assert send(provider) == 0
    assert len(transfers_at(sandbox)) == 1
