"""A pilot by the API: drafted, checked, launched, amended; applications recorded and enrolled."""

import pytest

from cashpilot.core.access import Role
from participants.models import Application, Enrolment, Pilot
from participants.queries.designs import plan_of
from tests.factories import a_member, a_pilot, a_user
from tests.participants.test_applications import apply, ask, from_age
from tests.participants.test_pilot_files import a_plan
from tests.test_api import post, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya(client):
    user = a_user(may_set_up_pilots=True)
    client.force_login(user)
    return user


def at(pilot: Pilot, path: str = "") -> str:
    return f"pilots/{pilot.public_id}/{path}"


def test_a_pilot_is_drafted_checked_launched_and_closed(client, priya):
    made = post(client, "pilot-drafts/", {"plan": a_plan(arms=[])}).json()
    where = f"pilots/{made['public_id']}/"

    missing = client.get(f"/api/v1/{where}missing/").json()
    too_early = problem_of(post(client, f"{where}ready/"), 409)
    kept = post(client, f"{where}plan/", {"plan": a_plan()})
    states = [post(client, f"{where}{verb}/").json() for verb in ("ready", "launch", "close")]

    assert made["state"] == "draft"
    assert {one["path"] for one in missing} == {"arms"}
    assert [one["field"] for one in too_early["errors"]] == ["arms", "arms"]
    assert kept.status_code == 200
    assert [one["state"] for one in states] == ["ready", "launched", "closed"]


def test_a_plan_with_faults_is_refused_by_path_and_no_pilot_is_made(client, priya):
    plan = a_plan(nation="atlantis", colour="blue")

    problem = problem_of(post(client, "pilot-drafts/", {"plan": plan}), 400)

    assert [one["field"] for one in problem["errors"]] == ["colour", "nation"]
    assert not Pilot.objects.exists()


@pytest.mark.parametrize("plan", [None, 42, "x", [], {"name": []}, {"arms": [None]}])
def test_what_is_no_plan_at_all_is_refused(client, priya, plan):
    response = post(client, "pilot-drafts/", {"plan": plan})

    assert problem_of(response, 400)["errors"]
    assert not Pilot.objects.exists()


def test_a_running_pilot_is_amended_with_a_reason_and_versions_are_compared(client, priya):
    pilot = a_pilot(manager=priya)
    plan = plan_of(pilot)
    plan["arms"][0]["ratio"] = 2

    made = post(client, at(pilot, "designs/"), {"plan": plan, "reason": "More money came"})

    assert (made.status_code, made.json()["version"]) == (201, 2)
    listed = client.get(f"/api/v1/{at(pilot, 'designs/')}").json()
    assert [one["reason"] for one in listed] == ["More money came", ""]
    second = client.get(f"/api/v1/{at(pilot, 'designs/2/')}").json()
    assert second["differences"] == [{"path": "arms[cash].ratio", "was": "1", "now": "2"}]
    assert client.get(f"/api/v1/{at(pilot, 'designs/1/')}").json()["differences"] == []
    assert client.get(f"/api/v1/{at(pilot, 'designs/3/')}").status_code == 404
    assert client.get(f"/api/v1/{at(pilot, 'designs/2/')}?against=x").status_code == 404


def test_a_locked_plan_is_not_kept(client, priya):
    pilot = a_pilot(manager=priya)

    problem = problem_of(post(client, at(pilot, "plan/"), {"plan": a_plan()}), 409)

    assert problem["type"] == "locked"
    assert pilot.designs.count() == 1


def test_questions_are_changed_tried_and_answered(client, priya):
    pilot = a_pilot(manager=priya)

    made = post(
        client, at(pilot, "questions/"), {"eligibility": from_age(18), "reason": "We ask now"}
    )
    tried = post(client, at(pilot, "questions/try/"), {"answers": {"age": 17, "home": True}})
    wrong = post(client, at(pilot, "questions/try/"), {"answers": {"age": "x"}})

    assert (made.status_code, made.json()["version"]) == (201, 2)
    assert tried.json()["result"] == "not_eligible"
    assert problem_of(wrong, 400)["errors"][0]["field"] == "age"
    assert not Application.objects.exists()


def test_an_application_is_recorded_decided_again_and_enrolled(client, priya):
    pilot = a_pilot(manager=priya)
    ask(pilot, from_age(18))
    person = {"name": "Amina Example", "answers": {"age": 30}}

    made = post(client, at(pilot, "applications/"), person).json()
    where = f"applications/{made['public_id']}/"
    again = post(client, f"{where}decisions/", {"answers": {"age": 30, "home": True}})
    joined = post(client, f"{where}enrol/", {"arm": "cash", "consent_date": "2026-02-20"})

    assert (made["result"], made["version"]) == ("undecided", 2)
    assert again.json()["result"] == "eligible"
    assert (joined.status_code, joined.json()["design"]) == (201, 2)
    decisions = client.get(f"/api/v1/{where}decisions/").json()
    assert [one["number"] for one in decisions] == [2, 1]


def test_applications_are_filtered_and_paged(client, priya):
    pilot = a_pilot(manager=priya)
    ask(pilot, from_age(18))
    for number in range(3):
        apply(pilot, name=f"Person {number} Example")
    apply(pilot, {}, name="Waiting Example")

    def names(query: str) -> list[str]:
        found = client.get(f"/api/v1/{at(pilot, 'applications/')}?{query}").json()
        return [one["name"] for one in found["results"]]

    assert names("result=undecided") == ["Waiting Example"]
    assert len(names("result=eligible&page_size=2")) == 2
    assert names("is_enrolled=true") == []
    wrong = client.get(f"/api/v1/{at(pilot, 'applications/')}?result=gold")
    assert problem_of(wrong, 400)["errors"][0]["field"] == "result"


def test_somebody_who_cannot_join_yet_is_not_enrolled(client, priya):
    pilot = a_pilot(manager=priya)
    ask(pilot, from_age(18))
    application = apply(pilot, {})

    response = post(
        client,
        f"applications/{application.public_id}/enrol/",
        {"arm": "cash", "consent_date": "2026-02-20"},
    )

    assert problem_of(response, 409)["type"] == "not-eligible"
    assert not Enrolment.objects.exists()


def every_address(pilot: Pilot, application: Application) -> dict[str, list[str]]:
    pilots = [at(pilot, one) for one in ("plan/", "designs/", "questions/", "applications/")]
    decisions = f"applications/{application.public_id}/decisions/"
    return {
        "get": [*pilots, at(pilot, "missing/"), at(pilot, "designs/1/"), decisions],
        "post": [
            *pilots,
            *[at(pilot, one) for one in ("ready/", "launch/", "close/", "questions/try/")],
            decisions,
            f"applications/{application.public_id}/enrol/",
        ],
    }


def test_nothing_of_another_pilot_is_there(client, priya):
    harbour = a_pilot(name="Harbour", manager=a_user("owner@example.org", may_set_up_pilots=True))
    application = apply(harbour, {})
    a_pilot(manager=priya)
    before = harbour.designs.count(), harbour.applications.count()

    found = {
        path: getattr(client, method)(f"/api/v1/{path}").status_code
        for method, paths in every_address(harbour, application).items()
        for path in paths
    }

    assert set(found.values()) == {404}
    assert before == (harbour.designs.count(), harbour.applications.count())


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.CASEWORKER, "launch/", 403),
        (Role.CASEWORKER, "questions/", 403),
        (Role.CASEWORKER, "plan/", 403),
        (Role.AUDITOR, "applications/", 403),
        (Role.RESEARCHER, "designs/", 403),
        (Role.CASEWORKER, "applications/", 400),
    ],
)
def test_each_role_does_what_is_its_own(client, role, path, status):
    pilot = a_pilot()
    client.force_login(a_member(pilot, role, email="kim@example.org"))

    response = post(client, at(pilot, path), {})

    assert response.status_code == status
    assert pilot.designs.count() == 1
