"""What people say of money that was sent: it is kept, looked into, and changes no payment."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from participants.operations.sign_in import issue_link
from payments.models import Disbursement
from payments.operations import arrivals
from payments.queries import concerns_of, due_in, schedule_of
from tests.factories import BY, NOON, a_member, a_pilot, an_approved_run, an_enrolment, ready

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def paid(db):
    """One payment that the bank says is paid, of a person with more to come."""
    one = an_approved_run(ready(an_enrolment(a_pilot(count=3))).pilot).disbursements.get()
    Disbursement.objects.filter(pk=one.pk).update(
        state="paid", provider_reference="tr_1", state_changed_at=NOON
    )
    one.refresh_from_db()
    return one


def everything_but_what_was_said(one):
    row = Disbursement.objects.filter(pk=one.pk).values().get()
    return {name: value for name, value in row.items() if name not in ("confirmed_at", "missed_at")}


def signed_in(client, enrolment):
    secret = issue_link(participant=enrolment.participant, by=BY, now=timezone.now())
    client.post(f"/s/{secret}/")


def due_lines(one):
    return due_in(one.pay_run.fund, date(2027, 1, 1), LATER)


def test_a_person_says_that_the_money_is_here(paid):
    arrivals.has_arrived(disbursement=paid, by="participant", now=LATER)

    paid.refresh_from_db()
    assert (paid.confirmed_at, paid.missed_at) == (LATER, None)
    assert AuditEvent.objects.filter(verb="disbursement.confirmed").count() == 1


def test_saying_it_twice_keeps_the_first_time(paid):
    arrivals.has_arrived(disbursement=paid, by=BY, now=NOON)

    arrivals.has_arrived(disbursement=paid, by=BY, now=LATER)

    paid.refresh_from_db()
    assert paid.confirmed_at == NOON
    assert AuditEvent.objects.filter(verb="disbursement.confirmed").count() == 1


def test_what_is_missed_is_looked_into_until_it_is_there(paid):
    pilot = paid.pay_run.fund.pilot

    arrivals.has_not_arrived(disbursement=paid, by="participant", now=NOON)
    worried = concerns_of(pilot, NOON.date())
    arrivals.has_arrived(disbursement=paid, by=BY, now=LATER)

    assert [one.said.happened for one in worried] == ["The person says that it has not arrived."]
    assert worried[0].since == NOON
    assert not worried[0].is_owed
    assert concerns_of(pilot, NOON.date()) == []


def test_saying_that_it_is_missing_changes_no_payment(paid):
    before, due_before = everything_but_what_was_said(paid), due_lines(paid)
    to_come = schedule_of(paid.instalment.award.enrolment).to_come

    arrivals.has_not_arrived(disbursement=paid, by="participant", now=LATER)

    assert everything_but_what_was_said(paid) == before
    assert due_lines(paid) == due_before != []
    assert schedule_of(paid.instalment.award.enrolment).to_come == to_come


@pytest.mark.parametrize("say", [arrivals.has_arrived, arrivals.has_not_arrived])
def test_nothing_can_be_said_of_a_payment_that_was_not_sent(paid, say):
    Disbursement.objects.filter(pk=paid.pk).update(state="queued")

    with pytest.raises(Refused, match="not on its way"):
        say(disbursement=paid, by=BY, now=NOON)

    paid.refresh_from_db()
    assert (paid.confirmed_at, paid.missed_at) == (None, None)


def test_the_database_keeps_nothing_both_here_and_missed(paid):
    both = {"confirmed_at": NOON, "missed_at": NOON}

    with pytest.raises(IntegrityError, match="here_or_missed"), transaction.atomic():
        Disbursement.objects.filter(pk=paid.pk).update(**both)


def test_the_page_asks_about_the_newest_payment_and_says_what_becomes_of_it(client, paid):
    enrolment = paid.instalment.award.enrolment
    signed_in(client, enrolment)
    address = reverse("say_what_arrived", args=[enrolment.public_id, paid.public_id])
    page = reverse("my_schedule", args=[enrolment.public_id])

    asked = client.get(page).content.decode()
    worried = client.post(address, {"says": "missing"}, follow=True).content.decode()
    at_ease = client.post(address, {"says": "here"}, follow=True).content.decode()

    assert "Nothing you say here stops a payment" in asked
    assert "A person is looking into it" in worried
    assert "You told us that you have it" in at_ease


def test_the_page_knows_no_payment_of_somebody_else(client, paid):
    other = ready(an_enrolment(paid.pay_run.fund.pilot, name="Ben Example"))
    signed_in(client, other)
    address = reverse("say_what_arrived", args=[other.public_id, paid.public_id])

    answer = client.post(address, {"says": "here"})

    paid.refresh_from_db()
    assert answer.status_code == 404
    assert paid.confirmed_at is None


def test_the_api_of_the_person_keeps_it_too(client, paid):
    enrolment = paid.instalment.award.enrolment
    signed_in(client, enrolment)
    address = f"/api/v1/my/{enrolment.public_id}/payments/{paid.public_id}/arrived/"

    answer = client.post(address, {"is_here": False}, content_type="application/json")

    assert answer.status_code == 200
    assert answer.json()["missed_at"]
    assert answer.json()["confirmed_at"] is None


def test_staff_keep_what_they_were_told_and_an_auditor_may_not(client, paid):
    pilot = paid.pay_run.fund.pilot
    arrivals.has_not_arrived(disbursement=paid, by="participant", now=timezone.now())
    address = reverse("note_arrival", args=[paid.public_id])

    client.force_login(a_member(pilot, Role.AUDITOR, email="ada@example.org"))
    refused = client.post(address)
    still_missed = Disbursement.objects.get(pk=paid.pk).missed_at
    client.force_login(a_member(pilot, Role.CASEWORKER, email="cara@example.org"))
    client.post(address)

    paid.refresh_from_db()
    assert refused.status_code == 403
    assert still_missed
    assert paid.confirmed_at
    assert paid.missed_at is None
