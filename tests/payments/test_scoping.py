"""Whoever is not of the pilot finds nothing of its money; whoever has not the role does nothing."""

import pytest

from cashpilot.core.access import Role
from payments.models import Amendment, Disbursement, FollowUp, Hold, PayRun, RunPause
from tests.factories import a_member, a_pilot, an_approved_run, an_enrolment, ready

pytestmark = pytest.mark.django_db

RUN, PAYMENT, PERSON, PILOT = (
    "pay-runs/{run}",
    "payments/{payment}",
    "enrolments/{person}",
    "pilots/{pilot}",
)
READS = [
    f"{RUN}/",
    f"{RUN}/changes/",
    f"{PILOT}/pay-runs/",
    f"{PILOT}/approval-thresholds/",
    f"{PILOT}/forecast/",
    f"{PILOT}/arms/cash/terms/",
    f"{PILOT}/trial-balance/",
    f"{PILOT}/concerns/",
    f"{PILOT}/recipients/",
    f"{PERSON}/schedule/",
    f"{PERSON}/schedule/as-of/?moment=2026-03-02T12:00:00Z",
    f"{PERSON}/statement/",
    f"{PERSON}/life-events/",
]
WRITES = [
    *(f"{RUN}/{verb}/" for verb in ("submit", "approve", "send-back", "stop", "pause", "resume")),
    *(
        f"{PAYMENT}/{verb}/"
        for verb in ("release", "withdraw", "give-up", "take-back", "follow-up")
    ),
    *(f"{PERSON}/schedule/{verb}/" for verb in ("top-up", "change", "hold", "resume", "stop")),
    f"{PERSON}/life-events/",
    f"{PILOT}/approval-thresholds/",
    f"{PILOT}/life-event-policies/",
    f"{PILOT}/pay-runs/",
    f"{PILOT}/arms/cash/terms/",
]


@pytest.fixture
def names():
    pilot = a_pilot()
    person = ready(an_enrolment(pilot))
    run = an_approved_run(pilot)
    return {
        "pilot": pilot.public_id,
        "person": person.public_id,
        "run": run.public_id,
        "payment": run.disbursements.get().public_id,
    }


def left_as_it_was():
    state, held = PayRun.objects.values_list("state", "sent_back_reason").get()
    written = (Amendment, Hold, FollowUp, RunPause)
    return (
        (state, held) == ("approved", "")
        and Disbursement.objects.get().state == "queued"
        and not any(model.objects.exists() for model in written)
    )


@pytest.mark.parametrize("path", READS)
def test_what_is_another_pilots_cannot_be_read(client, names, path):
    other = a_pilot(name="Mill Lane Cash Pilot")
    everything = [Role.MANAGER, Role.CASEWORKER, Role.APPROVER]
    client.force_login(a_member(other, *everything, email="ada@example.org"))

    assert client.get(f"/api/v1/{path.format(**names)}").status_code == 404


@pytest.mark.parametrize("path", WRITES)
def test_what_is_another_pilots_cannot_be_changed(client, names, path):
    other = a_pilot(name="Mill Lane Cash Pilot")
    everything = [Role.MANAGER, Role.CASEWORKER, Role.APPROVER]
    client.force_login(a_member(other, *everything, email="ada@example.org"))

    answer = client.post(f"/api/v1/{path.format(**names)}", {}, content_type="application/json")

    assert answer.status_code == 404
    assert left_as_it_was()


@pytest.mark.parametrize("path", WRITES)
def test_a_researcher_changes_no_money(client, names, path):
    pilot = PayRun.objects.get().fund.pilot
    client.force_login(a_member(pilot, Role.RESEARCHER, email="rae@example.org"))

    answer = client.post(f"/api/v1/{path.format(**names)}", {}, content_type="application/json")

    assert answer.status_code == 403
    assert left_as_it_was()
