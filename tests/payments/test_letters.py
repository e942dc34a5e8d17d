"""Letters as PDF: the sums are the ledger's, the words the person's, the reader only them."""

import unicodedata

import pytest
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from cashpilot.core.money import in_words
from participants.operations.consent import publish_text
from payments.operations.ledger import post_movement
from payments.pages.letters import letter_pdf, statement_pdf
from payments.queries import trial_balance
from tests.factories import BY, NOON, a_member, a_pilot, a_user, an_enrolment, ready
from tests.payments.hearing_world import hear_all
from tests.payments.sending_world import send
from tests.pdf_reader import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(client, settings, sandbox, provider, disbursement):
    """One payment that has arrived at the bank."""
    send(provider)
    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    disbursement.refresh_from_db()
    return disbursement


def received(fund) -> int:
    return next(net for code, _, net in trial_balance(fund) if code == "participant")


def test_the_total_of_a_statement_is_what_the_ledger_says(paid):
    words = words_of(statement_pdf(paid.instalment.award.enrolment, timezone.now()))

    assert f"Received in all: {in_words(received(paid.pay_run.fund), 'gbp')}" in words
    assert "£360.00" in words


def test_what_was_taken_back_stands_in_the_statement_and_in_its_total(paid):
    post_movement(
        disbursement=paid,
        kind="reversal",
        from_account="participant",
        to_account="provider",
        amount_minor=6_000,
        provider_object="trr_1",
        by=BY,
        now=timezone.now(),
    )

    words = words_of(statement_pdf(paid.instalment.award.enrolment, timezone.now()))

    assert received(paid.pay_run.fund) == 30_000
    assert "Received in all: £300.00" in words
    assert "−£60.00" in words


def test_who_was_paid_nothing_yet_reads_so():
    words = words_of(statement_pdf(ready(an_enrolment()), NOON))

    assert "Received in all: £0.00" in words
    assert "Nothing has arrived yet." in words


def test_a_letter_says_what_was_promised_and_that_nothing_has_to_be_done_for_it():
    words = words_of(letter_pdf(ready(an_enrolment()), NOON)).replace("\n", " ")

    assert "Amina Example has taken part in Bridge Street Cash Pilot" in words
    assert "They were promised 3 payments, £1,080.00 in all" in words
    assert "Nobody has to do or answer anything to receive them." in words
    assert "It is no advice about benefits or tax." in words
    assert "I agree to take part in the pilot." in words


def test_a_letter_quotes_what_was_agreed_in_the_persons_language():
    pilot = a_pilot()
    body = "أوافق على استلام المال."
    publish_text(pilot=pilot, purpose="cash", body=body, language="ar", by=BY, now=NOON)
    amina = ready(an_enrolment(pilot, name="أمينة", language="ar"))

    words = unicodedata.normalize("NFKC", words_of(letter_pdf(amina, NOON)))

    assert "المال"[::-1] in words
    assert "أمينة"[::-1] in words


def test_a_letter_for_the_comparison_arm_promises_nothing():
    words = words_of(letter_pdf(an_enrolment(name="Ben Example", arm="services"), NOON))

    assert "They receive no payments from it." in words
    assert "£" not in words


@pytest.mark.parametrize("kind", ["statement", "letter"])
def test_staff_and_the_person_get_the_same_words(client, kind):
    amina = ready(an_enrolment())
    client.force_login(a_member(amina.pilot, Role.CASEWORKER, email="kim@example.org"))
    staff = client.get(f"/staff/participants/{amina.public_id}/{kind}.pdf")
    client.logout()
    session = client.session
    session["participant"] = amina.participant.public_id
    session.save()
    before = AuditEvent.objects.count()

    own = client.get(f"/my/{amina.public_id}/{kind}.pdf")

    assert own.headers["Content-Type"] == "application/pdf"
    assert own.headers["Content-Disposition"] == (f'attachment; filename="{kind}-{amina.code}.pdf"')
    assert words_of(own.content) == words_of(staff.content)
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("kind", ["statement", "letter"])
def test_nobody_else_gets_it(client, kind):
    amina, zofia = ready(an_enrolment()), ready(an_enrolment(name="Zofia Example"))
    session = client.session
    session["participant"] = zofia.participant.public_id
    session.save()

    others = client.get(f"/my/{amina.public_id}/{kind}.pdf")
    client.force_login(a_member(amina.pilot, Role.RESEARCHER, email="ali@example.org"))
    researcher = client.get(f"/staff/participants/{amina.public_id}/{kind}.pdf")
    noor = a_user("noor@example.org", may_set_up_pilots=True)
    a_pilot(name="Harbour Cash Pilot", manager=noor)
    client.force_login(noor)
    stranger = client.get(f"/staff/participants/{amina.public_id}/{kind}.pdf")

    assert [one.status_code for one in (others, researcher, stranger)] == [404, 403, 404]
