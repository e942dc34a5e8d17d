"""What the database refuses of pay runs, whoever asks."""

import pytest

from payments.models import Disbursement, PayRun
from payments.operations import pay_runs
from tests.factories import BY, NOON, a_pilot, an_approved_run, an_enrolment, ready
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
    " returned_to) SELECT 'dsb_x', instalment_id, pay_run_id, {amount}, {currency}, {destination},"
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

    assert "not a line of an approved run" in refused(COPY.format(currency="currency", **change))
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


def test_no_line_joins_a_list_that_is_frozen():
    pilot = a_pilot()
    run = a_frozen_run(pilot)
    other = ready(an_enrolment(pilot, name="Ben Example")).award.instalments.first()

    says = refused(
        "INSERT INTO payments_payrunline (pay_run_id, instalment_id, amount_minor, destination,"
        " due_date, is_open) VALUES (%s, %s, 1, 'acct_mine', now(), true)",
        run.pk,
        other.pk,
    )

    assert "only a list in preparation takes lines" in says
    assert run.lines.count() == 1


def test_no_line_is_taken_from_a_list():
    run = a_frozen_run(a_pilot())

    assert "lines are never deleted" in refused("DELETE FROM payments_payrunline")
    assert run.lines.count() == 1


@pytest.mark.parametrize("column", ["prepared_by_id = 0", "fund_id = 0", "due_by = '2030-01-01'"])
def test_who_prepared_a_run_from_which_money_is_written_once(column):
    run = a_frozen_run(a_pilot())

    assert "written once" in refused(f"UPDATE payments_payrun SET {column}")
    assert PayRun.objects.get(prepared_by=run.prepared_by, fund=run.fund).due_by == run.due_by


def test_a_stopped_run_is_not_approved_again_in_the_database():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    pay_runs.stop(run=an_approved_run(pilot), by=BY, now=NOON)

    says = refused("UPDATE payments_payrun SET state = 'approved'")

    assert "only a run that waits for approval is approved" in says
    assert PayRun.objects.get().state == "stopped"


def test_money_is_sent_in_the_currency_of_its_fund():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    an_approved_run(pilot)
    Disbursement.objects.update(state="failed")

    dollars = {"amount": "amount_minor", "destination": "destination", "currency": "'usd'"}
    says = refused(COPY.format(**dollars))

    assert "in the currency of its fund" in says
    assert Disbursement.objects.count() == 1
