"""The database says no by itself: each guarantee is attacked with raw SQL."""

import pytest
from django.db import connection

from payments.models import Award, Disbursement, LedgerEntry, PayRunApproval
from payments.operations.ledger import receive_funding
from tests.factories import (
    BY,
    NOON,
    a_pilot,
    a_prepared_run,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)
from tests.payments.run_world import refused

pytestmark = pytest.mark.django_db


def test_an_enrolment_in_the_comparison_arm_cannot_have_an_award():
    pilot = a_pilot()
    comparison = an_enrolment(pilot, arm="services")

    says = refused(
        "INSERT INTO payments_award"
        " (public_id, enrolment_id, enrolment_is_paid, fund_id, currency, granted_at)"
        " VALUES ('awd_x', %s, true, %s, 'gbp', now())",
        comparison.pk,
        pilot.funds.get().pk,
    )

    assert "only_a_paid_enrolment_has_an_award" in says
    assert not Award.objects.exists()


def test_an_award_cannot_pretend_that_its_enrolment_need_not_be_paid():
    comparison = an_enrolment(a_pilot(), arm="services")

    says = refused(
        "INSERT INTO payments_award"
        " (public_id, enrolment_id, enrolment_is_paid, fund_id, currency, granted_at)"
        " VALUES ('awd_x', %s, false, %s, 'gbp', now())",
        comparison.pk,
        comparison.pilot.funds.get().pk,
    )

    assert "award_of_a_paid_enrolment" in says


def test_a_person_with_an_award_cannot_be_moved_to_the_comparison_arm():
    paid = an_enrolment(a_pilot())
    services = paid.pilot.arms.get(code="services")

    says = refused(
        "UPDATE participants_enrolment SET arm_id = %s, is_paid = false WHERE id = %s",
        services.pk,
        paid.pk,
    )

    assert "only_a_paid_enrolment_has" in says


def test_a_comparison_arm_cannot_have_award_terms():
    pilot = a_pilot()

    says = refused(
        "INSERT INTO payments_awardterms"
        " (arm_id, arm_is_paid, pilot_id, fund_id, amount_minor, count, first_date, when_closed)"
        " SELECT %s, true, pilot_id, fund_id, 1, 1, first_date, 'before' FROM payments_awardterms",
        pilot.arms.get(code="services").pk,
    )

    assert "only_a_paid_arm_has_terms" in says


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE payments_ledgerentry SET amount_minor = 1",
        "DELETE FROM payments_ledgerentry",
    ],
)
def test_a_ledger_entry_cannot_be_changed_or_deleted(attack):
    fund = a_pilot().funds.get()
    receive_funding(fund=fund, amount_minor=500, reference="gift", by=BY, now=NOON)

    says = refused(attack)

    assert "append-only" in says
    assert LedgerEntry.objects.filter(amount_minor=500).exists()


def test_the_ledger_cannot_be_emptied_where_people_are_paid():
    a_pilot()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET cashpilot.allow_truncate = 'off'")
    try:
        says = refused("TRUNCATE payments_ledgerentry, payments_correction")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET cashpilot.allow_truncate = 'on'")

    assert "append-only" in says


def test_an_instalment_cannot_be_on_its_way_twice():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    disbursement = an_approved_run(pilot).disbursements.get()

    says = refused(
        "INSERT INTO payments_disbursement (public_id, instalment_id, pay_run_id, amount_minor,"
        " currency, destination, order_hash, state, state_changed_at, key_number, idempotency_key,"
        " request_body, has_open_try, saw_server_error, payout_reference, held_reason, failure,"
        " returned_to) SELECT 'dsb_x', instalment_id, pay_run_id, amount_minor, currency,"
        " destination, order_hash, 'queued', now(), 1, 'another key', request_body, false, false,"
        " '', '', '', '' FROM payments_disbursement WHERE id = %s",
        disbursement.pk,
    )

    assert "one_live_disbursement_per_instalment" in says


def test_nobody_can_approve_their_own_pay_run_in_the_database_either():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)
    approve = (
        "INSERT INTO payments_payrunapproval"
        " (pay_run_id, prepared_by_id, approver_id, content_hash, approved_at)"
        " VALUES (%s, %s, %s, '', now())"
    )
    other = a_user("tom@example.org")

    as_preparer = refused(approve, run.pk, run.prepared_by_id, run.prepared_by_id)
    with_a_false_preparer = refused(approve, run.pk, other.pk, run.prepared_by_id)

    assert "approver_is_not_the_preparer" in as_preparer
    assert "approval_knows_who_prepared" in with_a_false_preparer
    assert not PayRunApproval.objects.exists()


def two_queued():
    """Two payments of one approved run."""
    pilot = a_pilot()
    for number in range(2):
        ready(an_enrolment(pilot, name=f"Person {number}"))
    return an_approved_run(pilot).disbursements.order_by("pk")


def test_no_two_payments_share_a_key():
    first, second = two_queued()

    says = refused(
        "UPDATE payments_disbursement SET idempotency_key = %s WHERE id = %s",
        first.idempotency_key,
        second.pk,
    )

    second.refresh_from_db()
    assert "idempotency_key" in says
    assert second.idempotency_key != first.idempotency_key


def test_no_two_payments_share_a_transfer():
    first, second = two_queued()
    Disbursement.objects.filter(pk=first.pk).update(provider_reference="tr_1")

    says = refused(
        "UPDATE payments_disbursement SET provider_reference = 'tr_1' WHERE id = %s", second.pk
    )

    second.refresh_from_db()
    assert "provider_reference" in says
    assert second.provider_reference is None


def test_nobody_votes_twice_on_one_run_in_the_database_either():
    two_queued()

    says = refused(
        "INSERT INTO payments_payrunapproval"
        " (pay_run_id, prepared_by_id, approver_id, content_hash, approved_at)"
        " SELECT pay_run_id, prepared_by_id, approver_id, content_hash, now()"
        " FROM payments_payrunapproval"
    )

    assert "one_vote_a_person" in says
    assert PayRunApproval.objects.count() == 1


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE payments_payrunapproval SET approved_at = now()",
        "DELETE FROM payments_payrunapproval",
    ],
)
def test_a_vote_cannot_be_changed_or_taken_away(attack):
    two_queued()

    assert "append-only" in refused(attack)
    assert PayRunApproval.objects.count() == 1


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        ("state = 'paid'", "sent_means_a_reference"),
        ("returned_to = 'funds'", "returned_says_where_to"),
    ],
)
def test_a_state_needs_what_it_says(column, rule):
    two_queued()

    assert rule in refused(f"UPDATE payments_disbursement SET {column}")
    assert set(Disbursement.objects.values_list("state", "returned_to")) == {("queued", "")}


def test_the_same_movement_is_not_booked_twice():
    fund = two_queued()[0].pay_run.fund
    receive_funding(fund=fund, amount_minor=500, reference="gift", by=BY, now=NOON)

    says = refused(
        "INSERT INTO payments_ledgerentry (fund_id, kind, from_account, to_account,"
        " amount_minor, currency, provider_object, posted_at) SELECT fund_id, kind, from_account,"
        " to_account, amount_minor, currency, provider_object, posted_at"
        " FROM payments_ledgerentry"
    )

    assert "each_funding_once" in says
    assert LedgerEntry.objects.count() == 1
