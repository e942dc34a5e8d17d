"""The API as scripts meet it: what is asked is done once, what is refused names its field."""

import json
import re
from datetime import date

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cashpilot.core.access import Role
from participants.models import Pilot
from participants.operations.sign_in import issue_link
from payments.models import Disbursement, Fund, PayRun
from tests.factories import BY, a_member, a_pilot, a_user, an_approver_now, an_enrolment, ready

pytestmark = pytest.mark.django_db
A_PILOT = {
    "name": "Harbour Cash Pilot",
    "currency": "GBP",
    "nation": "scotland",
    "amount_minor": 36_000,
    "count": 12,
    "first_date": "2026-04-01",
    "budget_minor": 100_000_000,
    "consent_text": "I agree to take part.",
}


@pytest.fixture
def owner(client):
    user = a_user(may_set_up_pilots=True)
    client.force_login(user)
    return user


def post(client, path, body=None):
    return client.post(f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json")


def problem_of(response, status: int) -> dict:
    """The problem document, which says the same as the answer around it."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["type"]
    assert body["title"].endswith(".")
    return body


def test_a_pilot_is_set_up_whole(client, owner):
    response = post(client, "pilots/", A_PILOT)

    pilot = Pilot.objects.get(public_id=response.json()["public_id"])
    assert response.status_code == 201
    assert (pilot.currency, pilot.nation) == ("gbp", "scotland")
    assert set(pilot.arms.values_list("code", "is_paid")) == {("cash", True), ("services", False)}
    assert pilot.award_terms.get().amount_minor == 36_000
    assert pilot.consent_texts.get().body == "I agree to take part."
    assert client.get("/api/v1/pilots/").json() == [response.json()]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("currency", "JPY", "Use one of GBP, USD, CAD, EUR"),
        ("nation", "atlantis", "not a nation"),
        ("amount_minor", -36_000, "more than nothing"),
        ("amount_minor", 0, "more than nothing"),
        ("amount_minor", 360.5, "valid integer"),
        ("amount_minor", "360.50", "valid integer"),
        ("amount_minor", 10**20, "too large"),
        ("amount_minor", "lots", "valid integer"),
        ("budget_minor", -1, "more than nothing"),
        ("budget_minor", 0.5, "valid integer"),
        ("received_minor", -1, "greater than or equal to 0"),
        ("count", 0, "from 1 to 520"),
        ("count", 521, "from 1 to 520"),
        ("first_date", "2026-02-30", "Date has wrong format"),
        ("first_date", "1/4/2026", "Date has wrong format"),
        ("when_closed", "never", "not a valid choice"),
        ("name", "  ", "may not be blank"),
        ("name", "x" * 81, "no more than 80"),
        ("cash_arm", "x" * 81, "no more than 80"),
        ("comparison_arm", "x" * 81, "no more than 80"),
        ("consent_text", "", "may not be blank"),
    ],
)
def test_a_wrong_pilot_is_refused_by_its_field_and_nothing_is_written(
    client, owner, field, value, says
):
    response = post(client, "pilots/", {**A_PILOT, field: value})

    problem = problem_of(response, 400)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert says in problem["errors"][0]["says"]
    assert not Pilot.objects.exists()
    assert not Fund.objects.exists()


def test_every_missing_field_is_named_at_once(client, owner):
    problem = problem_of(post(client, "pilots/"), 400)

    assert {error["field"] for error in problem["errors"]} == set(A_PILOT)


def test_two_pilots_do_not_share_a_name(client, owner):
    post(client, "pilots/", A_PILOT)

    problem = problem_of(post(client, "pilots/", {**A_PILOT, "name": "HARBOUR cash pilot"}), 400)

    assert problem["errors"][0]["field"] == "name"
    assert Pilot.objects.count() == 1


def test_not_everybody_may_set_up_pilots(client):
    client.force_login(a_user("tom@example.org"))

    problem = problem_of(post(client, "pilots/", A_PILOT), 403)

    assert problem["title"].startswith("You may not set up pilots.")
    assert not Pilot.objects.exists()


@pytest.fixture
def money(client):
    """A pilot with one person to pay, and Priya, who prepares pay runs in it."""
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    client.force_login(a_member(pilot, Role.PREPARER, email="priya@example.org"))
    return pilot


def test_a_pay_run_is_prepared_frozen_and_approved_by_somebody_else(client, money, rich_sandbox):
    prepared = post(client, f"pilots/{money.public_id}/pay-runs/", {"due_by": "2026-03-02"})
    run = prepared.json()
    frozen = post(client, f"pay-runs/{run['public_id']}/submit/").json()
    assert (prepared.status_code, run["state"], run["total_minor"]) == (201, "prepared", 36_000)
    assert (frozen["state"], len(frozen["lines"])) == ("previewed", 1)
    client.force_login(a_member(money, Role.APPROVER))

    approved = post(client, f"pay-runs/{run['public_id']}/approve/").json()

    assert (approved["state"], approved["counts"]) == ("approved", {"queued": 1})
    listed = client.get(f"/api/v1/pilots/{money.public_id}/pay-runs/").json()
    assert [(one["people"], one["total_minor"]) for one in listed] == [(1, 36_000)]


def test_the_preparer_is_refused_and_nothing_is_queued(client, money):
    run = post(client, f"pilots/{money.public_id}/pay-runs/", {"due_by": "2026-03-02"}).json()
    post(client, f"pay-runs/{run['public_id']}/submit/")
    an_approver_now(money, "priya@example.org")

    problem = problem_of(post(client, f"pay-runs/{run['public_id']}/approve/"), 403)

    assert problem["title"] == "You prepared this pay run. Someone else has to approve it."
    assert PayRun.objects.get().state == "previewed"
    assert not Disbursement.objects.exists()


def test_a_run_without_anybody_or_with_a_wrong_date_is_refused(client, money):
    where = f"pilots/{money.public_id}/pay-runs/"

    nobody = problem_of(post(client, where, {"due_by": "2026-01-01"}), 409)
    wrong = problem_of(post(client, where, {"due_by": "2026-02-30"}), 400)

    assert nobody["type"] == "nobody-to-pay"
    assert [error["field"] for error in wrong["errors"]] == ["due_by"]
    assert not PayRun.objects.exists()


def test_a_participant_has_their_own_schedule_and_nobody_elses(client):
    pilot = a_pilot(count=3)
    amina, ben = (ready(an_enrolment(pilot, name=f"{n} Example")) for n in ("Amina", "Ben"))
    secret = issue_link(participant=amina.participant, by=BY, now=timezone.now())
    client.post(f"/s/{secret}/")

    own = client.get(f"/api/v1/my/{amina.public_id}/schedule/").json()
    other = client.get(f"/api/v1/my/{ben.public_id}/schedule/")

    assert (own["paid_minor"], len(own["payments"])) == (0, 3)
    assert own["next_payment"]["due_date"] == date(2026, 3, 2).isoformat()
    assert own["next_payment"]["words"] == "Planned"
    assert "Ben" not in str(problem_of(other, 404))


def test_staff_cannot_pass_for_a_participant_nor_a_stranger(client, owner):
    amina = ready(an_enrolment())
    where = f"/api/v1/my/{amina.public_id}/schedule/"

    assert problem_of(client.get(where), 401)
    assert problem_of(Client().get(where), 401)


def test_someone_in_the_comparison_arm_has_no_schedule(client, owner):
    ben = an_enrolment(arm="services")

    problem = problem_of(client.get(f"/api/v1/enrolments/{ben.public_id}/schedule/"), 404)

    assert problem["title"] == "No payments are planned for this person."


def test_a_change_by_a_session_needs_the_token_that_only_our_pages_have(owner):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)

    problem = problem_of(post(browser, "pilots/", A_PILOT), 403)

    assert problem["title"].startswith("CSRF Failed")
    assert not Pilot.objects.exists()
    assert browser.get("/api/v1/pilots/").status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{not json", "application/json", 400),
        ("[]", "application/json", 400),
        ("name=x", "text/plain", 415),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_problem_document(client, owner, body, kind, status):
    response = client.post("/api/v1/pilots/", body, content_type=kind)

    assert problem_of(response, status)["title"] != ""
    assert not Pilot.objects.exists()


def test_a_way_of_asking_that_does_not_exist_is_refused_in_a_problem_document(client, owner):
    assert problem_of(client.delete("/api/v1/pilots/"), 405)["type"] == "method_not_allowed"


def test_json_of_any_depth_is_refused_and_no_crash(client, owner):
    deep = '{"name":' + "[" * 100_000 + "]" * 100_000 + "}"

    response = client.post("/api/v1/pilots/", deep, content_type="application/json")

    assert "too deep" in problem_of(response, 400)["title"]
    assert Pilot.objects.count() == 0


@pytest.mark.parametrize("address", ["nowhere/", "pilots", "pilots/x/y/z"])
def test_an_address_that_does_not_exist_is_refused_in_a_problem_document(client, owner, address):
    assert "no such address" in problem_of(client.get(f"/api/v1/{address}"), 404)["title"]


def test_the_schema_is_whole_and_draws_no_warning(tmp_path):
    file = tmp_path / "openapi.yaml"

    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(file))

    said = file.read_text()
    for path in ("/pilots/{pilot_id}/enrolments/file/", "/my/{public_id}/schedule/", "/approve/"):
        assert path in said
    assert "/webhooks/" not in said


def test_the_api_can_be_read_about_without_a_network(client):
    pages = [client.get("/api/docs/"), client.get("/api/docs/?script=")]

    assert {page.status_code for page in pages} == {200}
    text = "".join(page.content.decode() for page in pages)
    assert "swagger-ui" in text
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//[^"']+""", text)
    assert client.get("/api/schema/").status_code == 200
