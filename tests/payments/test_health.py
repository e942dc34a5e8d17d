"""The health of payments: each thing that can be wrong turns one light, and only that one."""

import uuid
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.models import Heartbeat
from cashpilot.core.refusals import NotAllowed
from payments.models import CheckUp, Disbursement, ProviderEvent, Reconciliation
from payments.operations.pausing import start_approved
from payments.queries import health_for
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
from tests.payments.sending_world import send

pytestmark = pytest.mark.django_db

SIGNS = [
    "halts",
    "check_up",
    "worker",
    "sweep",
    "queue",
    "unknown",
    "pauses",
    "reviews",
    "leases",
    "events",
    "matching",
    "ledger",
]


@pytest.fixture
def auditor(sandbox):
    """Somebody who sees the money of a pilot with one payment sent; everything is well at NOON."""
    enrolment = ready(an_enrolment(a_pilot()), sandbox.create_account("GB"))
    an_approved_run(enrolment.pilot)
    for name in ("worker", "provider sweep"):
        Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": NOON})
    CheckUp.objects.create(mode="test", has_passed=True, findings=[], made_at=NOON)
    Reconciliation.objects.create(
        since=NOON, until=NOON, started_at=NOON, started_by=BY, finished_at=NOON
    )
    return a_member(enrolment.pilot, Role.AUDITOR, email="ada@example.org")


@pytest.fixture
def sent(auditor, provider):
    send(provider)
    return auditor


def verdicts(user, now=NOON):
    return {one.about: one.verdict for one in health_for(user, now)}


def only(about, verdict):
    """Every light green but one."""
    return dict.fromkeys(SIGNS, "ok") | {about: verdict}


def an_event(state="received", **fields):
    moments = dict.fromkeys(("happened_at", "received_at", "state_changed_at"), NOON)
    about = {"public_id": "evt_1", "type": "topup.succeeded", "object_reference": "tu_1"}
    return ProviderEvent.objects.create(**moments, **about, body="{}", state=state, **fields)


def test_all_is_well_where_all_is_well(sent):
    assert verdicts(sent) == dict.fromkeys(SIGNS, "ok")


@pytest.mark.parametrize(
    ("last", "verdict"),
    [
        (None, "look"),
        ({"has_passed": False, "findings": [{"about": "clock", "verdict": "miss"}]}, "miss"),
        ({"has_passed": True, "findings": [], "made_at": NOON - timedelta(days=8)}, "look"),
    ],
)
def test_a_check_up_that_is_missing_old_or_not_passed_shows(sent, last, verdict):
    CheckUp.objects.all().delete()
    if last:
        CheckUp.objects.create(**{"mode": "test", "made_at": NOON, **last})

    assert verdicts(sent) == only("check_up", verdict)


def test_in_live_mode_an_old_check_up_is_a_red_light(sent, settings):
    settings.CASHPILOT_MODE = "live"

    assert verdicts(sent) == only("check_up", "miss")


@pytest.mark.parametrize(
    ("name", "about", "age", "verdict"),
    [
        ("worker", "worker", 61, "miss"),
        ("provider sweep", "sweep", 31 * 60, "look"),
        ("provider sweep", "sweep", 4 * 3600, "miss"),
    ],
)
def test_a_loop_that_stopped_shows(sent, name, about, age, verdict):
    Heartbeat.objects.filter(name=name).update(beat_at=NOON - timedelta(seconds=age))

    assert verdicts(sent) == only(about, verdict)


@pytest.mark.parametrize(("minutes", "verdict"), [(4, "ok"), (6, "look"), (16, "miss")])
def test_a_payment_that_nobody_takes_up_shows(auditor, provider, minutes, verdict):
    start_approved(provider=provider, by=BY, now=NOON)
    Disbursement.objects.update(state_changed_at=NOON - timedelta(minutes=minutes))

    assert verdicts(auditor) == only("queue", verdict)


def test_a_long_run_that_is_moving_is_well(auditor, provider):
    pilot = Disbursement.objects.get().pay_run.fund.pilot
    ready(an_enrolment(pilot, name="Ben Example"))
    an_approved_run(pilot)
    start_approved(provider=provider, by=BY, now=NOON)
    Disbursement.objects.update(state_changed_at=NOON - timedelta(hours=1))
    asked = Disbursement.objects.order_by("-pk")[:1]
    Disbursement.objects.filter(pk__in=asked.values("pk")).update(
        state="unknown", first_sent_at=NOON - timedelta(seconds=5)
    )

    assert verdicts(auditor) == dict.fromkeys(SIGNS, "ok")


def test_a_payment_that_waits_for_a_decision_shows(auditor):
    Disbursement.objects.update(held_reason="review")

    assert verdicts(auditor) == only("reviews", "look")


@pytest.mark.parametrize(("minutes", "verdict"), [(1, "look"), (6, "miss")])
def test_a_worker_that_went_quiet_shows(auditor, minutes, verdict):
    Disbursement.objects.update(
        state="submitting",
        claim_token=uuid.uuid4(),
        lease_until=NOON - timedelta(minutes=minutes),
    )

    assert verdicts(auditor) == only("leases", verdict)


@pytest.mark.parametrize(("minutes", "verdict"), [(4, "ok"), (6, "look"), (31, "miss")])
def test_an_event_that_nobody_acts_on_shows(sent, minutes, verdict):
    one = an_event()
    ProviderEvent.objects.filter(pk=one.pk).update(received_at=NOON - timedelta(minutes=minutes))

    assert verdicts(sent) == only("events", verdict)


def test_an_event_that_needs_a_person_shows(sent):
    an_event("refused")

    assert verdicts(sent) == only("events", "look")


def test_books_that_were_not_compared_last_night_show(sent):
    Reconciliation.objects.update(finished_at=NOON - timedelta(hours=27))

    assert verdicts(sent) == only("matching", "look")


def test_a_payment_without_its_entry_in_the_ledger_is_a_red_light_with_the_sum(auditor):
    Disbursement.objects.update(state="paid", provider_reference="tr_sbx1")

    found = {one.about: one for one in health_for(auditor, NOON)}

    assert found["ledger"].verdict == "miss"
    assert "£360.00" in found["ledger"].says


def test_another_pilot_s_payments_are_not_counted(sent, auditor):
    manager = a_user("mo@example.org", may_set_up_pilots=True)
    other = a_pilot(name="Mill Lane Cash Pilot", manager=manager)
    ready(an_enrolment(other, name="Ben Example"))
    run = an_approved_run(other)
    run.disbursements.update(held_reason="review")

    assert verdicts(auditor) == dict.fromkeys(SIGNS, "ok")
    assert verdicts(manager)["reviews"] == "look"


def test_page_and_api_say_the_same_to_who_sees_money(client, sent):
    client.force_login(sent)

    said = client.get("/api/v1/payments/health/").json()
    page = unescape(client.get("/staff/pay-runs/health/").content.decode())

    assert [one["about"] for one in said] == SIGNS
    assert all(one["label"] in page for one in said)


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.RESEARCHER])
def test_who_sees_no_money_is_refused(client, sent, role):
    someone = a_member(sent_pilot(), role, email="rio@example.org")
    client.force_login(someone)

    page = client.get("/staff/pay-runs/health/")
    api = client.get("/api/v1/payments/health/")

    assert page.status_code == api.status_code == 403
    assert b"Background worker" not in page.content + api.content
    with pytest.raises(NotAllowed):
        health_for(someone, NOON)


def test_the_number_of_queries_does_not_grow(sent, django_assert_max_num_queries):
    for number in range(5):
        an_enrolment(sent_pilot(), name=f"Ben Example {number}")

    with django_assert_max_num_queries(20):
        health_for(sent, timezone.now())


def sent_pilot():
    return Disbursement.objects.first().pay_run.fund.pilot
