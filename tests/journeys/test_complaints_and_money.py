"""A complaint never changes a payment; what people miss waits in one list with what they say."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.pages.problems import worklist
from participants.models import Complaint
from participants.operations import complaints
from participants.operations.contact import set_safe_contact
from payments.models import Disbursement
from payments.operations import arrivals
from payments.queries import due_in, preview_of, schedule_of
from tests.factories import (
    BY,
    NOON,
    a_member,
    a_pilot,
    a_prepared_run,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)
from tests.test_pages import everything

pytestmark = pytest.mark.django_db
WHO = {"by": BY, "now": NOON}


@pytest.fixture
def enrolment():
    pilot = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    a_member(pilot, Role.CASEWORKER, email="kim@example.org")
    return ready(an_enrolment(pilot, email="amina@example.org"))


def of_money():
    return {table: rows for table, rows in everything().items() if table.startswith("payments_")}


def go_through_everything(enrolment, kind):
    kim, mona = a_user("kim@example.org"), a_user("mona@example.org")
    one = complaints.make_complaint(
        enrolment=enrolment, kind=kind, body="It is late", how="own_page", about=kim, **WHO
    )
    complaints.take_up(complaint=one, person=mona, **WHO)
    complaints.answer(complaint=one, words="We are sorry", **WHO)
    complaints.reopen(complaint=one, words="It is not settled", **WHO)
    complaints.answer(complaint=one, words="It came on Monday", **WHO)
    complaints.close(complaint=one, **WHO)


@pytest.mark.parametrize("kind", Complaint.Kind.values)
def test_no_complaint_changes_a_schedule_a_run_or_any_row_of_money(enrolment, kind):
    run = a_prepared_run(enrolment.pilot)
    before = of_money(), schedule_of(enrolment), preview_of(run)

    go_through_everything(enrolment, kind)

    assert (of_money(), schedule_of(enrolment), preview_of(run)) == before


def test_the_same_payments_are_due_and_sent_with_and_without_a_complaint(enrolment):
    fund = enrolment.pilot.funds.get()
    before = due_in(fund, NOON.date(), NOON)
    go_through_everything(enrolment, "payment")
    set_safe_contact(participant=enrolment.participant, way="neither", days="7", **WHO)

    after = due_in(fund, NOON.date(), NOON)
    run = an_approved_run(enrolment.pilot)

    assert after == before
    assert (run.disbursements.count(), Disbursement.objects.get().state) == (1, "queued")


def test_no_constraint_leads_from_money_to_a_complaint():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f'"
            " AND conrelid::regclass::text LIKE 'payments_%%'"
            " AND confrelid::regclass::text ~ 'complaint|restrictednote|safecontact|signposts'"
        )
        found = cursor.fetchall()

    assert found == []


def test_a_payment_reported_missing_waits_in_the_same_list(client, enrolment):
    sent = Disbursement.objects.filter(pk=an_approved_run(enrolment.pilot).disbursements.get().pk)
    sent.update(state="submitted", provider_reference="tr_1")
    arrivals.has_not_arrived(disbursement=sent.get(), **WHO)
    old = datetime(2026, 2, 2, tzinfo=UTC)
    complaints.make_complaint(
        enrolment=enrolment, kind="other", body="The office was closed", how="phone", by=BY, now=old
    )
    mona = a_user("mona@example.org")
    client.force_login(mona)

    listed = worklist(mona, timezone.localdate(NOON))
    page = client.get("/staff/").content.decode()

    assert [one.words for one in listed] == ["Something else", "A payment has not reached them"]
    assert [one.is_overdue for one in listed] == [True, False]
    assert page.index("Something else: ") < page.index("A payment has not reached them: ")
    assert Complaint.objects.count() == 1


def test_whoever_sees_no_money_sees_no_missing_payment(enrolment):
    sent = Disbursement.objects.filter(pk=an_approved_run(enrolment.pilot).disbursements.get().pk)
    sent.update(state="submitted", provider_reference="tr_1")
    arrivals.has_not_arrived(disbursement=sent.get(), **WHO)

    assert worklist(a_user("kim@example.org"), timezone.localdate(NOON)) == []
