"""A program asks with a token: some acts in one pilot, for some time, and never a person's word."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cashpilot.core.access import FOR_PROGRAMS, Role
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import Enrolment, ServiceToken
from participants.operations.service_tokens import issue_token, revoke_token
from payments.models import PayRun
from tests.factories import BY, a_member, a_pilot, a_prepared_run, a_user, an_enrolment, ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    return pilot


def a_token(pilot, *acts, days=30, now=None):
    return issue_token(
        pilot=pilot,
        token_name="Case system",
        acts=acts or FOR_PROGRAMS,
        days=days,
        issuer=a_user(),
        by=BY,
        now=now or timezone.now(),
    )


def program(secret, scheme="Bearer"):
    return Client(headers={"Authorization": f"{scheme} {secret}"}, enforce_csrf_checks=True)


def people(client, pilot):
    return client.get(f"/api/v1/pilots/{pilot.public_id}/enrolments/")


def test_a_token_opens_what_it_was_issued_for_and_says_when_it_was_used(pilot):
    token, secret = a_token(pilot, "see people")

    answer = people(program(secret), pilot)

    assert [one["name"] for one in answer.json()["results"]] == ["Amina Example"]
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(minutes=1)


def test_a_token_opens_nothing_that_it_was_not_issued_for(pilot):
    _, secret = a_token(pilot, "see people")

    answer = program(secret).get(f"/api/v1/pilots/{pilot.public_id}/pay-runs/")

    assert answer.status_code == 403
    assert answer.json()["title"] == "This service token was not issued to see money."


def test_another_pilot_is_not_there_for_a_token(pilot):
    _, secret = a_token(a_pilot(name="Harbour Cash Pilot"))
    person = Enrolment.objects.get()

    answers = [
        people(program(secret), pilot),
        program(secret).get(f"/api/v1/enrolments/{person.public_id}/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_program_enrols_under_its_own_name(pilot):
    token, secret = a_token(pilot, "enrol people")
    said = {"name": "Ben Example", "arm": "services", "consent_date": "2026-02-20"}

    answer = program(secret).post(
        f"/api/v1/pilots/{pilot.public_id}/enrolments/", said, content_type="application/json"
    )

    assert answer.status_code == 201, answer.content
    assert AuditEvent.objects.get(verb="enrolment.active", by=token.public_id)


def test_a_token_never_gives_a_persons_word(pilot):
    _, secret = a_token(pilot)
    run, person = a_prepared_run(pilot), Enrolment.objects.get()
    before = AuditEvent.objects.count()

    answers = [
        program(secret).post(f"/api/v1/{path}/", {}, content_type="application/json")
        for path in (
            f"pay-runs/{run.public_id}/submit",
            f"pay-runs/{run.public_id}/approve",
            f"pilots/{pilot.public_id}/pay-runs",
            f"pilots/{pilot.public_id}/members",
            f"pilots/{pilot.public_id}/service-tokens",
            f"enrolments/{person.public_id}/consents",
            f"enrolments/{person.public_id}/claims",
        )
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "word of a person" in answers[0].json()["title"]
    assert AuditEvent.objects.count() == before
    assert PayRun.objects.get().state == "prepared"


def test_a_token_opens_no_page(pilot):
    _, secret = a_token(pilot)

    answer = program(secret).get("/staff/participants/")

    assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_token_is_over_when_its_time_is_up_or_it_is_revoked(pilot):
    _, old = a_token(pilot, now=timezone.now() - timedelta(days=31))
    token, revoked = a_token(pilot)
    revoke_token(token=token, by=BY, now=timezone.now())

    answers = [people(program(secret), pilot) for secret in (old, revoked, "cps_guessed", "")]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["title"] for answer in answers} == {
        "This token is unknown, over or revoked."
    }


def test_the_secret_is_kept_nowhere(pilot):
    token, secret = a_token(pilot)

    kept = ServiceToken.objects.filter(pk=token.pk).values().get()

    assert secret not in str(kept)
    assert len(kept["secret_hash"]) == 64


@pytest.mark.parametrize("change", [{"acts": ["approve pay runs"]}, {"days": 0}, {"days": 366}])
def test_a_token_for_too_much_or_too_long_is_not_issued(pilot, change):
    said = {"acts": ["see people"], "days": 30, **change}

    with pytest.raises(Invalid):
        issue_token(
            pilot=pilot, token_name="Any", issuer=a_user(), by=BY, now=timezone.now(), **said
        )

    assert not ServiceToken.objects.exists()


def test_a_manager_issues_and_revokes_by_the_api_and_the_audit_says_so(client, pilot):
    client.force_login(a_user())
    where = f"/api/v1/pilots/{pilot.public_id}/service-tokens/"
    said = {"token_name": "Case system", "acts": ["see people"], "days": 7}

    made = client.post(where, said, content_type="application/json").json()
    assert people(program(made["secret"]), pilot).status_code == 200
    client.post(f"{where}{made['public_id']}/revoke/")

    assert people(program(made["secret"]), pilot).status_code == 401
    listed = client.get(where).json()[0]
    assert "secret" not in listed
    assert listed["last_used_at"]
    assert listed["revoked_at"]
    told = AuditEvent.objects.filter(subject__endswith=made["public_id"]).values_list("verb")
    assert {verb for (verb,) in told} == {"service token.issued", "service token.revoked"}


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PREPARER, Role.APPROVER, Role.RESEARCHER])
def test_nobody_but_a_manager_or_an_auditor_sees_tokens(client, pilot, role):
    client.force_login(a_member(pilot, role, email="small@example.org"))

    answer = client.get(f"/api/v1/pilots/{pilot.public_id}/service-tokens/")

    assert answer.status_code == 403
