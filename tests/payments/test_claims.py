"""Making up for lost benefits: a fund of its own, two people, and books that agree."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cashpilot.core.access import Role
from cashpilot.core.refusals import IllegalMove, Invalid, NotAllowed, Refused
from payments.models import Award, Claim, Fund, Instalment, LedgerEntry, PayRun
from payments.operations.awards import set_terms
from payments.operations.claims import (
    decide_claim,
    note_claim_paid,
    open_claims_fund,
    propose_claim,
)
from payments.queries import claims_fund_of, fund_for, ledger_faults, trial_balance
from tests.factories import (
    BY,
    MANY_ROLES,
    NOON,
    a_member,
    a_pilot,
    a_prepared_run,
    a_user,
    an_enrolment,
    ready,
)
from tests.test_pages import text_of

pytestmark = pytest.mark.django_db
WHO = {"by": BY, "now": NOON}


@pytest.fixture
def enrolment():
    pilot = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    open_claims_fund(pilot=pilot, budget_minor=500_000, received_minor=50_000, **WHO)
    return ready(an_enrolment(pilot))


@pytest.fixture
def two(enrolment):
    kim = a_member(enrolment.pilot, Role.CASEWORKER, email="kim@example.org")
    tom = a_member(enrolment.pilot, Role.APPROVER, email="tom@example.org")
    return kim, tom


def propose(enrolment, person, **also):
    said = {
        "programme": "Housing support",
        "amount_minor": 12_000,
        "lost_from": date(2026, 3, 1),
        "reason": "The office counted the first payment as savings.",
        **also,
    }
    return propose_claim(enrolment=enrolment, person=person, **said, **WHO)


def balance(fund) -> dict[str, int]:
    return {code: net for code, _, net in trial_balance(fund)}


def promised():
    return list(Award.objects.values()), list(Instalment.objects.values())


def test_a_claim_is_paid_from_its_own_fund_once_two_people_agreed_and_no_award_changes(
    enrolment, two
):
    kim, tom = two
    before, fund = promised(), claims_fund_of(enrolment.pilot)

    claim = propose(enrolment, kim)
    decide_claim(claim=claim, agrees=True, person=tom, **WHO)
    still_there = balance(fund)["funds"]
    note_claim_paid(claim=claim, reference="BACS 17", **WHO)

    assert still_there == 50_000
    assert balance(fund)["funds"] == 38_000
    assert balance(fund)["claims"] == 12_000
    assert sum(balance(fund).values()) == 0
    assert list(ledger_faults(fund)) == []
    assert promised() == before
    assert balance(fund)["participant"] == 0


def test_nobody_agrees_to_their_own_claim(enrolment, two):
    claim = propose(enrolment, two[0])

    with pytest.raises(NotAllowed, match="Someone else"):
        decide_claim(claim=claim, agrees=True, person=two[0], **WHO)

    claim.refresh_from_db()
    assert (claim.state, claim.decided_by) == ("proposed", None)


def test_what_was_not_agreed_is_not_paid_and_what_was_paid_is_paid_once(enrolment, two):
    kim, tom = two
    open_one, declined, paid = (propose(enrolment, kim) for _ in range(3))
    decide_claim(claim=declined, agrees=False, person=tom, **WHO)
    decide_claim(claim=paid, agrees=True, person=tom, **WHO)
    note_claim_paid(claim=paid, reference="BACS 17", **WHO)

    for claim in (open_one, declined, paid):
        with pytest.raises(IllegalMove):
            note_claim_paid(claim=claim, reference="BACS 18", **WHO)

    assert LedgerEntry.objects.filter(kind="claim").count() == 1


def test_no_more_is_agreed_to_than_the_fund_holds_beside_what_is_agreed_already(enrolment, two):
    kim, tom = two
    first, second = (propose(enrolment, kim, amount_minor=30_000) for _ in range(2))
    decide_claim(claim=first, agrees=True, person=tom, **WHO)

    with pytest.raises(Refused, match=r"Only £200\.00 is left"):
        decide_claim(claim=second, agrees=True, person=tom, **WHO)

    second.refresh_from_db()
    assert second.state == "proposed"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"programme": ""}, "needed"),
        ({"reason": " "}, "needed"),
        ({"reason": "x" * 501}, "at most 500"),
        ({"amount_minor": 0}, "more than nothing"),
        ({"lost_from": NOON.date() + timedelta(days=1)}, "still to come"),
    ],
)
def test_a_claim_that_cannot_be_meant_is_refused(enrolment, two, words, says):
    with pytest.raises(Invalid, match=says):
        propose(enrolment, two[0], **words)

    assert not Claim.objects.exists()


def test_without_money_set_aside_nothing_is_claimed():
    other = ready(an_enrolment())

    with pytest.raises(Refused, match="A manager has to open that fund"):
        propose(other, a_user())

    assert not Claim.objects.exists()


def test_a_pilot_has_one_such_fund_and_pay_runs_do_not_see_it(enrolment):
    with pytest.raises(Refused, match="has such a fund already"):
        open_claims_fund(pilot=enrolment.pilot, budget_minor=1, received_minor=0, **WHO)

    assert fund_for(enrolment.pilot).purpose == "awards"
    assert Fund.objects.filter(purpose="claims").count() == 1


ATTACKS = [
    ("UPDATE payments_fund SET purpose = 'awards' WHERE purpose = 'claims'", "written once"),
    ("UPDATE payments_award SET fund_id = {claims}", "keeps the terms"),
    ("UPDATE payments_payrun SET fund_id = {claims}", "written once"),
    ("UPDATE payments_claim SET fund_id = {awards}", "not for claims|written once"),
    ("UPDATE payments_claim SET amount_minor = 1", "written once"),
    ("UPDATE payments_claim SET decided_by_id = proposed_by_id", "claim_takes_two_people"),
    ("UPDATE payments_claim SET state = 'agreed'", "claim_is_decided_by_somebody"),
    ("DELETE FROM payments_claim", "never deleted"),
]


@pytest.mark.parametrize(("attack", "says"), ATTACKS)
def test_the_database_keeps_claims_and_awards_apart_and_claims_as_they_were(
    enrolment, two, attack, says
):
    propose(enrolment, two[0])
    pilot = enrolment.pilot
    awards = fund_for(pilot)
    run = a_prepared_run(pilot)
    claims = claims_fund_of(pilot).pk
    before = list(Claim.objects.values()), list(Fund.objects.values()), promised()

    with (
        pytest.raises(IntegrityError, match=says),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack.format(claims=claims, awards=awards.pk))

    run.refresh_from_db()
    assert run.fund_id == awards.pk
    assert (list(Claim.objects.values()), list(Fund.objects.values()), promised()) == before


def a_promise(fund, enrolment):
    other = an_enrolment(enrolment.pilot, name="Zofia Example", arm="services")
    Award.objects.create(enrolment=other, fund=fund, currency="gbp", granted_at=NOON)


def some_terms(fund, enrolment):
    now = {"amount_minor": 100, "count": 1, "first_date": date(2026, 4, 1), "reason": "Try"}
    set_terms(arm=enrolment.arm, fund=fund, **now, **WHO)


def a_run(fund, enrolment):
    preparer = a_member(enrolment.pilot, Role.PREPARER, email="pat@example.org")
    day = {"due_by": date(2026, 3, 2), "prepared_at": NOON, "state_changed_at": NOON}
    PayRun.objects.create(fund=fund, prepared_by=preparer, **day)


@pytest.mark.parametrize("attempt", [a_promise, some_terms, a_run])
def test_nothing_of_awards_is_ever_made_from_the_fund_of_claims(enrolment, attempt):
    fund, before = claims_fund_of(enrolment.pilot), promised()

    with pytest.raises(IntegrityError, match="not for awards"), transaction.atomic():
        attempt(fund, enrolment)

    assert promised() == before
    assert not fund.pay_runs.exists()


def signed_in(client, user):
    client.force_login(user)
    return client


def test_by_page_a_manager_opens_it_a_caseworker_proposes_an_approver_agrees(client):
    pilot = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    amina = ready(an_enrolment(pilot))
    kim = a_member(pilot, Role.CASEWORKER, email="kim@example.org")
    tom = a_member(pilot, Role.APPROVER, email="tom@example.org")
    pat = a_member(pilot, Role.PREPARER, email="pat@example.org")
    every = f"/staff/pay-runs/claims/{pilot.public_id}/"
    signed_in(client, a_user("mona@example.org")).post(
        every, {"budget_minor": "5000", "received_minor": "500"}
    )
    said = {
        "programme": "Housing support",
        "amount_minor": "120",
        "lost_from": "2026-03-01",
        "reason": "They counted it as savings.",
    }

    signed_in(client, kim).post(f"/staff/participants/{amina.public_id}/claims/", said)
    claim = Claim.objects.get()
    signed_in(client, tom).post(f"/staff/claims/{claim.public_id}/agree/")
    page = text_of(client.get(every))
    paid = signed_in(client, pat).post(
        f"/staff/claims/{claim.public_id}/paid/", {"reference": "BACS 17"}, follow=True
    )

    claim.refresh_from_db()
    assert claim.state == "paid"
    assert "Amina" not in page
    assert amina.code in page
    assert "£380.00</bdi> is left in the fund" in text_of(paid)


def test_by_api_too(client, enrolment, two):
    kim, tom = two
    pat = a_member(enrolment.pilot, Role.PREPARER, email="pat@example.org")
    said = {
        "programme": "Housing support",
        "amount_minor": 12_000,
        "lost_from": "2026-03-01",
        "reason": "They counted it as savings.",
    }

    made = signed_in(client, kim).post(f"/api/v1/enrolments/{enrolment.public_id}/claims/", said)
    where = f"/api/v1/claims/{made.json()['public_id']}/"
    refused = client.post(f"{where}agree/")
    agreed = signed_in(client, tom).post(f"{where}agree/")
    paid = signed_in(client, pat).post(f"{where}paid/", {"reference": "BACS 17"})
    listed = client.get(f"/api/v1/pilots/{enrolment.pilot.public_id}/claims/").json()

    assert [one.status_code for one in (made, refused, agreed, paid)] == [201, 403, 200, 200]
    assert listed[0]["state"] == "paid"


def test_in_another_pilot_there_is_no_claim(client, enrolment, two):
    claim = propose(enrolment, two[0])
    noor = a_user("noor@example.org", may_set_up_pilots=True)
    there = a_pilot(name="Harbour Cash Pilot", manager=noor)
    signed_in(client, a_member(there, *MANY_ROLES, email="noor@example.org"))

    answers = [
        client.get(f"/staff/pay-runs/claims/{enrolment.pilot.public_id}/"),
        client.get(f"/staff/participants/{enrolment.public_id}/claims/"),
        client.post(f"/staff/claims/{claim.public_id}/agree/"),
        client.post(f"/api/v1/claims/{claim.public_id}/agree/"),
        client.post(f"/api/v1/claims/{claim.public_id}/paid/", {"reference": "x"}),
        client.get(f"/api/v1/enrolments/{enrolment.public_id}/claims/"),
    ]

    claim.refresh_from_db()
    assert [one.status_code for one in answers] == [404] * 6
    assert claim.state == "proposed"
