"""The provider's books against ours, both ways: what differs is found, and nothing else."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.refusals import IllegalMove, Invalid
from participants.models import Notice
from payments.models import Difference, Disbursement, FollowUp, Reconciliation
from payments.operations import reconciliation
from payments.queries import concerns_of
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


def compare(provider):
    since, until = NOON - timedelta(days=1), timezone.now() + timedelta(days=400)
    return reconciliation.reconcile(provider=provider, since=since, until=until, by=BY, now=NOON)


@pytest.fixture
def crowd(sandbox, provider):
    """Forty payments that were sent, as both books say."""
    pilot = a_pilot()
    for number in range(20):
        person = an_enrolment(pilot, name=f"Person {number}")
        ready(person, sandbox.create_account("GB"))
    an_approved_run(pilot, due_by=date(2026, 4, 2))
    send(provider)
    return list(Disbursement.objects.order_by("pk"))


def transfer_by_hand(provider, one, **change):
    body = {**one.request_body, **change}
    return provider.client.v1.transfers.create(body, {"idempotency_key": f"hand {change}"})


def test_books_that_agree_have_no_difference(crowd, provider):
    run = compare(provider)

    assert (run.matched, run.found) == (40, 0)
    assert run.finished_at
    assert not Difference.objects.exists()


def test_each_kind_of_difference_is_found_and_nothing_else(crowd, provider, sandbox):
    unknown = transfer_by_hand(
        provider, crowd[0], transfer_group="other", metadata={"cashpilot_disbursement": "dsb_no"}
    )
    second = transfer_by_hand(provider, crowd[1], description="again")
    unsent = one_that_is_queued(sandbox)
    unheard_of = provider.client.v1.transfers.create(unsent.request_body, {"idempotency_key": "k"})
    provider.client.v1.transfers.reversals.create(crowd[3].provider_reference, {})
    wrong_sum(sandbox, crowd[4])
    gone(sandbox, crowd[5])

    run = compare(provider)

    found = set(Difference.objects.values_list("kind", "reference"))
    assert found == {
        ("missing_here", unknown.id),
        ("duplicate", second.id),
        ("missing_here", unheard_of.id),
        ("reversed_there", crowd[3].provider_reference),
        ("amount", crowd[4].provider_reference),
        ("missing_there", crowd[5].provider_reference),
    }
    assert run.found == 6


def one_that_is_queued(sandbox):
    other = a_pilot(name="Mill Lane Cash Pilot")
    ready(an_enrolment(other, name="Esi Example"), sandbox.create_account("GB"))
    return an_approved_run(other).disbursements.get()


def wrong_sum(sandbox, one):
    with sandbox.world.store.unit():
        (found,) = sandbox.world.store.find("transfer", "id = ?", one.provider_reference)
        found["amount"] += 1
        sandbox.world.store.save(found)


def gone(sandbox, one):
    with sandbox.world.store.unit():
        sandbox.world.store.run("DELETE FROM objects WHERE id = ?", one.provider_reference)


def test_arrivals_are_compared_both_ways(client, settings, sandbox, provider, crowd):
    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    assert compare(provider).found == 0
    heard = crowd[0]
    with sandbox.world.store.unit():
        sandbox.world.store.run(
            "UPDATE objects SET body = json_set(body, '$.status', 'failed'), status = 'failed'"
            " WHERE id = ?",
            Disbursement.objects.get(pk=heard.pk).payout_reference,
        )

    compare(provider)

    kinds = list(Difference.objects.values_list("kind", flat=True))
    assert kinds == ["arrival_missing_there"]


def test_the_same_difference_is_written_once_and_a_closed_one_stays_closed(crowd, provider):
    transfer_by_hand(provider, crowd[1], description="again")
    compare(provider)
    found, tom = Difference.objects.get(), a_user("tom@example.org")

    with pytest.raises(Invalid, match="what you found"):
        reconciliation.close_difference(
            difference=found, outcome="mended", note=" ", person=tom, by=BY, now=NOON
        )
    reconciliation.close_difference(
        difference=found, outcome="mended_there", note="Taken back", person=tom, by=BY, now=NOON
    )
    compare(provider)

    kept = Difference.objects.get()
    assert (kept.state, kept.outcome, kept.closed_by) == ("closed", "mended_there", tom)
    with pytest.raises(IllegalMove):
        reconciliation.close_difference(
            difference=kept, outcome="mended", note="x", person=tom, by=BY, now=NOON
        )


@pytest.mark.parametrize(
    ("role", "status"), [(Role.APPROVER, 200), (Role.PREPARER, 403), (Role.AUDITOR, 403)]
)
def test_finance_approvers_close_differences_and_who_only_looks_does_not(
    client, crowd, provider, role, status
):
    transfer_by_hand(provider, crowd[1], description="again")
    compare(provider)
    found = Difference.objects.get()
    pilot = crowd[1].pay_run.fund.pilot
    client.force_login(a_member(pilot, role, email="vic@example.org"))
    asked = {"outcome": "mended_there", "note": "Taken back"}

    api = client.post(f"/api/v1/differences/{found.public_id}/close/", asked)

    found.refresh_from_db()
    assert (api.status_code, found.state == "closed") == (status, status == 200)
    page = client.get("/staff/differences/")
    assert page.status_code == 200


def test_a_period_that_ends_before_it_begins_is_refused(provider):
    with pytest.raises(Invalid, match="ends before"):
        reconciliation.reconcile(provider=provider, since=NOON, until=NOON, by=BY, now=NOON)

    assert not Reconciliation.objects.exists()


def test_money_that_came_back_is_mended_without_a_second_transfer(
    client, settings, sandbox, provider
):
    account = sandbox.create_account("GB", bank_number="000111111116")
    enrolment = ready(an_enrolment(a_pilot()), account)
    run = an_approved_run(enrolment.pilot)
    send(provider)
    sandbox.run_payouts(arrive=True)
    hear_all(client, settings, sandbox, provider)
    (concern,) = concerns_of(enrolment.pilot, LATER.date())
    assert "knows no such account" in concern.said.happened
    assert "still yours" in concern.said.told
    assert not concern.is_owed
    assert Notice.objects.get().kind == "came_back"

    sandbox.bank_ok(account)
    sandbox.run_payouts(arrive=True)
    sandbox.advance(days=2)
    hear_all(client, settings, sandbox, provider)

    one = run.disbursements.get()
    assert (one.state, one.instalment.state) == ("paid", "settled")
    assert sandbox.state()["payments"][one.public_id]["transfers"] == 1
    assert concerns_of(enrolment.pilot, LATER.date()) == []


def test_what_is_long_under_way_is_a_concern(crowd, provider):
    pilot = crowd[0].pay_run.fund.pilot
    sent_on = NOON.date()

    assert concerns_of(pilot, sent_on + timedelta(days=3)) == []
    late = concerns_of(pilot, sent_on + timedelta(days=9))

    assert len(late) == 40
    assert late[0].is_late


def test_staff_note_what_they_told_on_the_page_and_close_a_difference_there(
    client, crowd, provider
):
    pilot = crowd[0].pay_run.fund.pilot
    client.force_login(a_member(pilot, Role.PREPARER, email="priya@example.org"))
    transfer_by_hand(provider, crowd[1], description="again")
    compare(provider)
    difference = Difference.objects.get()

    client.post(
        f"/staff/payments/{crowd[0].public_id}/follow-up/", {"kind": "told", "note": "Called"}
    )
    client.post(
        f"/staff/differences/{difference.public_id}/close/",
        {"outcome": "explained", "note": "A test of ours"},
    )

    assert FollowUp.objects.get().note == "Called"
    difference.refresh_from_db()
    assert difference.state == "closed"
    for page in (f"ledger/{pilot.public_id}", f"concerns/{pilot.public_id}"):
        assert client.get(f"/staff/pay-runs/{page}/").status_code == 200
    assert "A test of ours" in client.get("/staff/differences/").content.decode()


def test_another_pilots_books_are_not_there(client, crowd):
    other = a_pilot(name="Mill Lane Cash Pilot")
    client.force_login(a_member(other, Role.AUDITOR, email="ada@example.org"))
    pilot, one = crowd[0].pay_run.fund.pilot, crowd[0]

    for path in (
        f"pay-runs/ledger/{pilot.public_id}/",
        f"pay-runs/concerns/{pilot.public_id}/",
        f"pay-runs/{one.pay_run.public_id}/export.csv",
        f"participants/{one.instalment.award.enrolment.public_id}/statement/",
    ):
        assert client.get(f"/staff/{path}").status_code == 404
    assert client.post(f"/staff/payments/{one.public_id}/follow-up/").status_code == 404
