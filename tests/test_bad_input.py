"""What cannot be read is refused in words, at every door, and nothing of it is kept."""

import pytest
from django.utils import timezone

from participants.models import ConsentText
from participants.operations.sign_in import issue_link
from tests.factories import BY, a_pilot, a_user, an_approved_run, an_enrolment, ready

pytestmark = pytest.mark.django_db
PURPOSE = ConsentText.Purpose.TAKE_PART.value


@pytest.fixture
def run(client):
    owner = a_user(may_set_up_pilots=True)
    enrolment = ready(an_enrolment(a_pilot(manager=owner)))
    client.force_login(owner)
    return an_approved_run(enrolment.pilot)


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("/staff/pay-runs/{run}/", {"search": "\0"}),
        ("/staff/pay-runs/{run}/", {"\0": "x"}),
        ("/api/v1/pilots/{pilot}/forecast/", {"fund": "\0"}),
        ("/api/v1/pay-runs/{run}/", {"page": "9" * 20}),
        ("/api/v1/pay-runs/{run}/", {"left_out_page": "9" * 20}),
        ("/api/v1/enrolments/{person}/statement/", {"until": "0001-01-01"}),
        ("/staff/participants/%00/", {}),
    ],
)
def test_a_question_that_cannot_be_read_is_refused(client, run, address, asked):
    pilot = run.fund.pilot
    ids = {"run": run.public_id, "pilot": pilot.public_id}
    ids["person"] = pilot.enrolments.get().public_id

    answer = client.get(address.format(**ids), asked)

    assert answer.status_code == 400
    assert "html" in answer["Content-Type"] or "problem+json" in answer["Content-Type"]


def test_a_body_of_the_api_that_cannot_be_read_is_refused_by_its_field(client, run):
    person = run.fund.pilot.enrolments.get()
    address = f"/api/v1/enrolments/{person.public_id}/schedule/stop/"

    answer = client.post(address, {"reason": "\0"})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "reason"


@pytest.mark.parametrize("endpoint", ["platform", "connect"])
def test_a_form_for_a_webhook_is_a_forgery_and_no_crash(client, sandbox, endpoint):
    answer = client.post(f"/api/v1/webhooks/stripe/{endpoint}/", {"a": "b"})

    assert answer.status_code == 400
    assert answer.json()["type"] == "forged"


def test_a_form_that_cannot_be_read_changes_nothing(client, run):
    answer = client.post(f"/staff/pay-runs/{run.public_id}/send-back/", {"reason": "\0"})

    run.refresh_from_db()
    assert answer.status_code == 400
    assert run.state == "approved"


@pytest.mark.parametrize("said", [{}, {"says": ""}, {"says": "No"}, {"says": "maybe"}])
def test_a_press_without_an_answer_is_no_consent(client, said):
    person = an_enrolment(a_pilot())
    secret = issue_link(participant=person.participant, by=BY, now=timezone.now())
    client.post(f"/s/{secret}/")
    before = person.consents.count()

    answer = client.post(f"/my/{person.public_id}/choices/{PURPOSE}/", said)

    assert answer.status_code == 400
    assert person.consents.count() == before


def test_a_press_without_an_answer_says_nothing_of_a_payment(client, run):
    payment = run.disbursements.get()
    payment.state, payment.provider_reference = "submitted", "tr_1"
    payment.save()
    person = payment.instalment.award.enrolment
    secret = issue_link(participant=person.participant, by=BY, now=timezone.now())
    client.post(f"/s/{secret}/")

    answer = client.post(f"/my/{person.public_id}/payments/{payment.public_id}/arrived/", {})

    payment.refresh_from_db()
    assert answer.status_code == 400
    assert (payment.confirmed_at, payment.missed_at) == (None, None)


def test_somebody_elses_change_of_account_is_not_there_to_be_questioned(client):
    mine, theirs = an_enrolment(a_pilot()), an_enrolment(name="Ben Example")
    client.post(f"/s/{issue_link(participant=mine.participant, by=BY, now=timezone.now())}/")

    answer = client.post(f"/my/{theirs.public_id}/destination/not-me/")

    assert answer.status_code == 404
