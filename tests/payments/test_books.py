"""The books: what they say, what they refuse, and what accountants take away."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import Error
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cashpilot.core.access import Role
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from payments.models import Correction, Disbursement, LedgerEntry
from payments.operations import ledger, settlement, waiting
from payments.operations.taking_back import take_back
from payments.providers.base import Payout, Transfer
from payments.queries import (
    EXPORT,
    accounting_rows,
    ledger_faults,
    statement_of,
    trial_balance,
)
from tests.factories import (
    BY,
    NOON,
    a_member,
    a_pilot,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)
from tests.payments.hearing_world import LATER, hear_all
from tests.payments.sending_world import send

pytestmark = pytest.mark.django_db
ONE = 36_000


def two_people():
    return a_user("tom@example.org"), a_user("uma@example.org")


@pytest.fixture
def paid(client, settings, sandbox, provider, disbursement):
    """One payment that has arrived at the bank."""
    send(provider)
    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    disbursement.refresh_from_db()
    return disbursement


def test_the_accounts_of_a_fund_come_to_nothing(paid):
    fund = paid.pay_run.fund
    ledger.receive_funding(fund=fund, amount_minor=100_000, reference="F1", by=BY, now=NOON)
    ledger.record_fee(fund=fund, amount_minor=25, reference="fee_1", by=BY, now=NOON)

    balance = {code: net for code, _, net in trial_balance(fund)}

    assert balance["participant"] == ONE
    assert balance["provider_fees"] == 25
    assert sum(balance.values()) == 0


def test_a_statement_is_the_ledger_for_one_person(paid):
    enrolment = paid.instalment.award.enrolment

    lines = statement_of(enrolment, NOON.date(), LATER.date())

    assert [(one.amount_minor, one.balance_minor) for one in lines] == [(ONE, ONE)]
    assert statement_of(enrolment, NOON.date(), NOON.date()) == []


def test_a_statement_of_a_later_time_begins_with_what_had_arrived_before(paid):
    enrolment = paid.instalment.award.enrolment
    next_day = LATER.date() + timedelta(days=1)

    (line,) = statement_of(enrolment, next_day, next_day)

    assert (line.kind, line.balance_minor) == ("Brought forward", ONE)


def test_the_export_has_codes_and_no_names_and_adds_up_to_the_ledger(client, paid):
    run = paid.pay_run
    client.force_login(a_member(run.fund.pilot, Role.AUDITOR, email="ada@example.org"))

    text = client.get(f"/staff/pay-runs/{run.public_id}/export.csv").content.decode()

    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == list(EXPORT)
    assert sum(int(row["amount_minor"]) for row in rows) == ONE
    assert (rows[0]["amount"], rows[0]["state"]) == ("360.00", "paid")
    assert "Amina" not in text
    entries = LedgerEntry.objects.filter(disbursement=paid).order_by("pk")
    assert rows[0]["ledger_entries"] == " ".join(str(one.pk) for one in entries)


def test_a_fund_whose_name_is_a_formula_calculates_nothing(client, paid):
    fund = paid.pay_run.fund
    type(fund).objects.update(name="=1+1")
    client.force_login(a_member(fund.pilot, Role.AUDITOR, email="ada@example.org"))

    text = client.get(f"/staff/pay-runs/{paid.pay_run.public_id}/export.csv").content.decode()

    assert next(csv.DictReader(io.StringIO(text)))["fund"] == "'=1+1"
    assert len(list(accounting_rows(paid.pay_run))) == 1


def test_a_correction_takes_two_people_and_leaves_the_wrong_entry_standing():
    fund = a_pilot().funds.get()
    wrong = ledger.receive_funding(fund=fund, amount_minor=100, reference="F1", by=BY, now=NOON)
    tom, uma = two_people()
    proposed = ledger.propose_correction(
        entry=wrong, reason="Entered twice", person=tom, by=BY, now=NOON
    )

    with pytest.raises(NotAllowed, match="Someone else"):
        ledger.agree_to_correction(correction=proposed, person=tom, by=BY, now=NOON)
    ledger.agree_to_correction(correction=proposed, person=uma, by=BY, now=NOON)

    assert all(net == 0 for _, _, net in trial_balance(fund))
    assert LedgerEntry.objects.count() == 2
    with pytest.raises(Refused, match="already"):
        ledger.agree_to_correction(correction=proposed, person=uma, by=BY, now=NOON)


def test_a_correction_needs_a_reason_and_is_never_of_a_payment(paid):
    tom, _ = two_people()
    entry = LedgerEntry.objects.filter(disbursement=paid).first()
    funding = ledger.receive_funding(
        fund=paid.pay_run.fund, amount_minor=1, reference="F1", by=BY, now=NOON
    )

    with pytest.raises(Refused, match="Mend the payment"):
        ledger.propose_correction(entry=entry, reason="x", person=tom, by=BY, now=NOON)
    with pytest.raises(Invalid):
        ledger.propose_correction(entry=funding, reason=" ", person=tom, by=BY, now=NOON)

    assert not Correction.objects.exists()


@pytest.mark.parametrize("change", ["currency = 'usd'", "fund"])
def test_an_entry_of_another_currency_or_fund_is_refused_by_the_database(paid, change):
    other = a_pilot(name="Mill Lane Cash Pilot").funds.get()
    currency, fund = ("'usd'", paid.pay_run.fund_id) if "usd" in change else ("'gbp'", other.pk)

    with pytest.raises(Error) as no, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_ledgerentry (fund_id, disbursement_id, kind, from_account,"
            " to_account, amount_minor, currency, provider_object, posted_at) VALUES"
            f" (%s, %s, 'fee', 'funds', 'provider', 1, {currency}, 'x', now())",
            [fund, paid.pk],
        )

    assert "its fund" in str(no.value) or "its own fund" in str(no.value)


def test_the_verifier_names_a_payment_whose_entries_disagree(paid):
    call_command("verify_ledger")
    Disbursement.objects.update(state="submitted")

    with pytest.raises(CommandError, match="1 disagree"):
        call_command("verify_ledger")

    assert paid.public_id in next(ledger_faults(paid.pay_run.fund))


def test_money_sent_to_the_wrong_place_is_taken_back_by_two_people_once(
    provider, sandbox, disbursement
):
    send(provider)
    disbursement.refresh_from_db()
    tom, uma = two_people()
    back = {"disbursement": disbursement, "provider": provider, "by": BY, "now": NOON}

    assert not take_back(person=tom, **back)
    assert not take_back(person=tom, **back)
    assert take_back(person=uma, **back)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.returned_to) == ("returned", "funds")
    asked = [one for one in sandbox.log if one["path"].endswith("/reversals")]
    assert [one["key"] for one in asked] == [f"cp_{disbursement.public_id}_rev1"]
    with pytest.raises(Refused, match="has not come back"):
        take_back(person=uma, **back)


def test_an_answer_that_is_lost_while_taking_back_is_found_in_the_transfer(
    provider, sandbox, disbursement
):
    send(provider)
    disbursement.refresh_from_db()
    tom, uma = two_people()
    back = {"disbursement": disbursement, "provider": provider, "by": BY, "now": NOON}
    take_back(person=tom, **back)
    sandbox.fault("drop_after", path="/v1/transfers/*/reversals", method="POST")

    assert take_back(person=uma, **back)

    disbursement.refresh_from_db()
    assert disbursement.returned_to == "funds"
    assert disbursement.ledger_entries.filter(kind="reversal").count() == 1


def test_what_has_gone_on_to_the_bank_is_not_taken_back_and_staff_are_told(provider, sandbox, paid):
    tom, uma = two_people()
    back = {"disbursement": paid, "provider": provider, "by": BY, "now": NOON}
    take_back(person=tom, **back)

    with pytest.raises(Refused, match="may have gone on to the bank"):
        take_back(person=uma, **back)

    paid.refresh_from_db()
    assert paid.state == "paid"


MOVES = ("adopt", "give up", "paid", "failed", "in transit", "reversed", "a part reversed")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(1, 3)), max_size=8))
def test_any_sequence_of_moves_keeps_the_ledger_equal_to_what_happened(moves):
    with transaction.atomic():
        pilot = a_pilot()
        ready(an_enrolment(pilot))
        run = an_approved_run(pilot)
        one = run.disbursements.get()
        for move, number in moves:
            one = Disbursement.objects.get(pk=one.pk)
            make(move, one, f"po_{number}")
        faults = list(ledger_faults(run.fund))
        total = sum(net for _, _, net in trial_balance(run.fund))
        transaction.set_rollback(True)

    assert (faults, total) == ([], 0)


def make(move, one, payout):
    who = {"disbursement": one, "by": BY, "now": NOON}
    reference = one.provider_reference or "tr_1"
    back = ONE if move == "reversed" else min(one.reversed_minor + ONE // 4, ONE)
    transfer = Transfer(reference, ONE, back, "gbp", one.destination, one.public_id, f"trr_{back}")
    says = {"paid": "paid", "failed": "failed", "in transit": "in_transit"}
    try:
        if move == "adopt":
            settlement.adopt(reference=reference, **who)
        elif move == "give up":
            waiting.withdraw(**who)
        elif "reversed" in move and one.provider_reference:
            settlement.reverse(transfer=transfer, **who)
        elif move in says:
            said = Payout(
                payout, says[move], ONE, NOON, NOON.date(), "no_account", True, "", [reference]
            )
            settlement.apply_payout(payout=said, **who)
    except Refused:
        return
