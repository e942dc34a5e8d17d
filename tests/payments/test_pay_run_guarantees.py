"""What the database refuses of pay runs, whoever asks."""

import pytest

from payments.models import Disbursement, PayRun
from tests.factories import a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.run_world import a_frozen_run, refused

pytestmark = pytest.mark.django_db


def test_a_run_is_not_approved_in_the_database_with_too_few_votes():
    pilot = a_pilot()
    run = a_frozen_run(pilot)

    says = refused("UPDATE payments_payrun SET state = 'approved' WHERE id = %s", run.pk)

    assert "too few approvals" in says
    assert PayRun.objects.get().state == "previewed"


@pytest.mark.parametrize("column", ["content_hash = 'x'", "approvals_needed = 9"])
def test_a_frozen_list_cannot_be_changed_in_the_database(column):
    run = a_frozen_run(a_pilot())

    says = refused(f"UPDATE payments_payrun SET {column} WHERE id = %s", run.pk)

    assert "frozen" in says


def test_a_run_that_nobody_approved_is_not_sent_in_the_database():
    run = a_frozen_run(a_pilot())

    assert "only an approved run" in refused("UPDATE payments_payrun SET state = 'sending'")
    run.refresh_from_db()
    assert run.state == "previewed"


@pytest.mark.parametrize(
    "column",
    ["amount_minor = 1", "destination = 'acct_mine'", "due_date = now()", "bank_mark = 'x'"],
)
def test_a_line_cannot_be_changed_in_the_database(column):
    a_frozen_run(a_pilot())

    assert "written once" in refused(f"UPDATE payments_payrunline SET {column}")


COPY = (
    "INSERT INTO payments_disbursement (public_id, instalment_id, pay_run_id, amount_minor,"
    " currency, destination, order_hash, state, state_changed_at, key_number, idempotency_key,"
    " request_body, has_open_try, saw_server_error, payout_reference, held_reason, failure,"
    " returned_to) SELECT 'dsb_x', instalment_id, pay_run_id, {amount}, currency, {destination},"
    " order_hash, 'queued', now(), 1, 'another key', request_body, false, false, '', '', '', ''"
    " FROM payments_disbursement"
)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "amount_minor + 1", "destination": "destination"},
        {"amount": "amount_minor", "destination": "'acct_mine'"},
    ],
)
def test_what_is_not_a_line_of_an_approved_run_is_not_sent(change):
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    an_approved_run(pilot)
    Disbursement.objects.update(state="failed")

    assert "not a line of an approved run" in refused(COPY.format(**change))
    assert Disbursement.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "amount_minor = 1",
        "destination = 'acct_mine'",
        "currency = 'usd'",
        "order_hash = 'x'",
        "key_number = 0",
    ],
)
def test_an_order_cannot_be_changed_in_the_database(change):
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    an_approved_run(pilot)

    says = refused(f"UPDATE payments_disbursement SET {change}")

    assert "written once" in says or "never used again" in says


def test_the_transfer_of_a_payment_never_changes():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    an_approved_run(pilot)
    Disbursement.objects.update(provider_reference="tr_1")

    says = refused("UPDATE payments_disbursement SET provider_reference = 'tr_2'")

    assert "never changes" in says
