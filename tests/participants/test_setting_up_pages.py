"""A manager sets a pilot up step by step, launches it, amends it; every page does one thing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cashpilot.core.access import Role
from participants.models import Pilot
from participants.operations.drafts import begin_pilot
from participants.queries.designs import plan_of
from participants.rules.plan_files import as_yaml, read_file
from tests.factories import BY, MANY_ROLES, NOON, a_member, a_pilot, a_user, an_enrolment
from tests.participants.test_applications import from_age
from tests.participants.test_pilot_files import EXAMPLE, a_plan

pytestmark = pytest.mark.django_db
BASICS = {
    "name": "Harbour Cash Pilot",
    "currency": "gbp",
    "nation": "scotland",
    "time_zone": "Europe/London",
}
CASH = {
    "code": "cash",
    "name": "Cash",
    "kind": "cash",
    "ratio": "2",
    "amount_minor": "360",
    "frequency": "monthly",
    "count": "3",
    "first_date_day": "1",
    "first_date_month": "5",
    "first_date_year": "2026",
    "when_closed": "before",
    "fund": "Awards",
}
SERVICES = {"code": "services", "name": "Usual services", "kind": "services", "ratio": "1"}
BUDGET = {"name": "Awards", "purpose": "awards", "budget_minor": "10000"}


@pytest.fixture
def priya(client):
    client.force_login(a_user(may_set_up_pilots=True))
    return client


def a_draft(**fields) -> Pilot:
    manager = a_user(may_set_up_pilots=True)
    return begin_pilot(plan=a_plan(**fields), manager=manager, by=BY, now=NOON)


def at(pilot: Pilot, path: str = "set-up/") -> str:
    return f"/staff/pilots/{pilot.public_id}/{path}"


def said(response) -> str:
    return response.content.decode()


def test_a_pilot_is_set_up_step_by_step_checked_and_launched(priya):
    priya.post("/staff/pilots/begin/", BASICS)
    pilot = Pilot.objects.get()
    steps = [
        ("set-up/budget/", BUDGET),
        ("set-up/arms/add/", CASH),
        ("set-up/arms/add/", SERVICES),
        ("set-up/lottery/", {"has_waiting_list": "on", "strata": "area, age", "cluster": ""}),
        ("set-up/sites/", {"sites": "north-quay: North Quay library\nhall: Market Hall"}),
        ("set-up/texts/", {"body": "I agree to take part."}),
        ("set-up/help/", {"help_name": "Sam", "help_phone": "", "help_hours": ""}),
    ]

    kept = [priya.post(at(pilot, path), form).status_code for path, form in steps]
    check = said(priya.get(at(pilot)))
    priya.post(at(pilot, "set-up/ready/"))
    priya.post(at(pilot, "set-up/launch/"))

    assert kept == [302] * len(steps)
    for words in ("Cash: Cash, share 2, 3 × £360.00", "Market Hall", "in balance: area, age"):
        assert words in check
    assert "Missing before the launch" not in check
    pilot.refresh_from_db()
    assert (pilot.state, pilot.help_name) == ("launched", "Sam")
    assert set(pilot.arms.values_list("code", "ratio")) == {("cash", 2), ("services", 1)}
    assert an_enrolment(pilot).award.instalments.count() == 3


def test_what_is_missing_is_listed_in_words_with_links_and_nothing_can_be_launched(priya):
    pilot = a_draft(arms=[], budget=[])

    page = said(priya.get(at(pilot)))
    priya.post(at(pilot, "set-up/ready/"))
    priya.post(at(pilot, "set-up/launch/"))

    assert f'href="{at(pilot, "set-up/arms/")}">Name at least two arms' in page
    assert f'href="{at(pilot, "set-up/budget/")}">Add a budget line' in page
    assert "Launch the pilot" not in page
    pilot.refresh_from_db()
    assert pilot.state == "draft"
    assert not pilot.designs.exists()


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("set-up/arms/add/", {**SERVICES, "ratio": "0"}, "1 or more"),
        ("set-up/arms/add/", {**SERVICES, "code": "cash"}, "stands already"),
        ("set-up/arms/add/", {**SERVICES, "code": "Gold Arm"}, "small letters"),
        ("set-up/arms/add/", {**SERVICES, "code": "new", "kind": "cash"}, "A cash arm needs this"),
        ("set-up/budget/", {**BUDGET, "budget_minor": "0"}, "more than nothing"),
        ("set-up/budget/", BUDGET, "stands already"),
        ("set-up/sites/", {"sites": "North Quay library"}, "small letters"),
        ("set-up/basics/", {**BASICS, "nation": "atlantis"}, "Nation"),
        (
            "set-up/basics/",
            {
                **BASICS,
                "starts_on_day": "2",
                "starts_on_month": "5",
                "starts_on_year": "2026",
                "ends_on_day": "1",
                "ends_on_month": "5",
                "ends_on_year": "2026",
            },
            "is before the start",
        ),
        ("set-up/lottery/", {"strata": "Age Band", "cluster": ""}, "small letters"),
    ],
)
def test_a_step_with_a_fault_says_so_beside_the_field_and_keeps_nothing(priya, path, form, words):
    pilot = a_draft()
    before = plan_of(pilot)

    response = priya.post(at(pilot, path), form)

    assert response.status_code == 400
    assert words in said(response)
    assert "There is a problem" in said(response)
    assert plan_of(pilot) == before


def test_a_name_that_is_taken_is_said_beside_the_name(priya):
    a_pilot(name="Quay Cash Pilot")
    pilot = a_draft()

    response = priya.post(at(pilot, "set-up/basics/"), {**BASICS, "name": "quay cash pilot"})

    assert response.status_code == 400
    assert "Another pilot has this name" in said(response)


def test_arms_are_changed_and_taken_away_in_a_draft(priya):
    pilot = a_draft()

    priya.post(at(pilot, "set-up/arms/cash/"), {**CASH, "name": "Monthly cash"})
    priya.post(at(pilot, "set-up/take-away/arms/"), {"which": "services"})

    assert [one["name"] for one in plan_of(pilot)["arms"]] == ["Monthly cash"]
    assert "Monthly cash" in said(priya.get(at(pilot, "set-up/arms/")))
    assert priya.get(at(pilot, "set-up/arms/gold/")).status_code == 404


def test_a_budget_that_an_arm_is_paid_from_is_not_taken_away(priya):
    pilot = a_draft()

    page = priya.post(at(pilot, "set-up/take-away/budget/"), {"which": "Awards"}, follow=True)

    assert "there is no budget line" in said(page)
    assert len(plan_of(pilot)["budget"]) == 1


def test_a_pilot_is_brought_in_from_a_file_and_taken_out_again(priya):
    file = SimpleUploadedFile("pilot.yaml", EXAMPLE.read_bytes())

    priya.post("/staff/pilots/from-file/", {"file": file})

    pilot = Pilot.objects.get()
    taken = priya.get(at(pilot, "pilot.yaml"))
    assert taken.headers["Content-Disposition"] == 'attachment; filename="pilot.yaml"'
    assert read_file(taken.content) == plan_of(pilot)
    assert said(taken) == as_yaml(plan_of(pilot))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"name: x\ncolour: blue", "colour: is not known here"),
        (b"a: &a [x]\nb: *a", "references"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_file_with_faults_makes_no_pilot(priya, raw, words):
    response = priya.post(
        "/staff/pilots/from-file/", {"file": SimpleUploadedFile("pilot.yaml", raw)}
    )

    assert response.status_code == 400
    assert words in said(response)
    assert not Pilot.objects.exists()


def test_a_running_pilot_is_amended_and_the_difference_is_read_in_words(priya):
    pilot = a_pilot()
    form = {
        "name_0": "Cash",
        "ratio_0": "2",
        "name_1": "Usual services",
        "ratio_1": "1",
        "budget_0": "1200000",
        "reason": "More money came",
    }

    answer = priya.post(at(pilot, "amend/"), form)
    page = said(priya.get(at(pilot, "designs/2/")))

    assert answer.status_code == 302
    assert "Arm “cash”, share of people" in page
    assert "£1,200,000.00" in page
    assert "More money came" in said(priya.get(at(pilot, "designs/")))
    assert pilot.funds.get().budget_minor == 120_000_000


def test_an_amendment_without_a_reason_or_a_difference_is_refused(priya):
    pilot = a_pilot()
    form = {
        "name_0": "Cash",
        "ratio_0": "1",
        "name_1": "Usual services",
        "ratio_1": "1",
        "budget_0": "1000000",
    }

    without = priya.post(at(pilot, "amend/"), {**form, "ratio_0": "2"})
    same = priya.post(at(pilot, "amend/"), {**form, "reason": "Because"})

    assert (without.status_code, same.status_code) == (400, 400)
    assert "Nothing differs" in said(same)
    assert pilot.designs.count() == 1


def test_anything_else_is_amended_by_a_file(priya):
    pilot = a_pilot()
    plan = plan_of(pilot)
    plan["arms"].append({"code": "later", "name": "Waiting", "kind": "waiting", "ratio": 1})
    file = SimpleUploadedFile("next.yaml", as_yaml(plan).encode())

    answer = priya.post(at(pilot, "amend/file/"), {"file": file, "reason": "A third arm"})

    assert answer.status_code == 302
    assert pilot.arms.filter(code="later").exists()


def test_a_persons_page_says_by_which_version_they_came(priya):
    amina = an_enrolment(a_pilot())

    page = said(priya.get(f"/staff/participants/{amina.public_id}/"))

    assert "Version 1 of the design" in page


def test_a_running_pilot_has_no_set_up_pages_any_more(priya):
    pilot = a_pilot()

    page = priya.get(at(pilot, "set-up/arms/"))
    post = priya.post(at(pilot, "set-up/lottery/"), {"strata": "area"})

    assert (page.status_code, post.status_code) == (409, 409)
    assert "Amend it instead" in said(page)
    assert pilot.designs.count() == 1


def test_a_pilot_is_closed_to_newcomers_and_says_so(priya):
    pilot = a_pilot()

    page = said(priya.post(at(pilot, "close/"), follow=True))

    assert "Closed: nobody new comes in" in page
    assert "Enrol one person" not in page


def test_a_question_is_added_tried_and_taken_away(priya):
    pilot = a_draft()
    question = {
        "words": "How old are you?",
        "kind": "number",
        "comparison": "at_least",
        "value": "18",
        "why": "This pilot is for people who are 18 or older.",
    }

    added = priya.post(at(pilot, "questions/"), question)
    tried = said(priya.post(at(pilot, "questions/try/"), {"asks_how-old-are-you": "17"}))
    open_ = said(priya.post(at(pilot, "questions/try/"), {}))
    priya.post(at(pilot, "questions/take-away/"), {"code": "how-old-are-you"})

    assert added.status_code == 302
    assert "This pilot is not the right one for them" in tried
    assert "This pilot is for people who are 18 or older." in tried
    assert "Not decided yet" in open_
    assert plan_of(pilot)["eligibility"]["questions"] == []


@pytest.mark.parametrize(
    ("kind", "choices", "value", "compared"),
    [
        ("choice", "In the harbour\nIn the hills", "In the hills", "in-the-hills"),
        ("yes_no", "", "Yes", True),
        ("date", "", "2026-03-31", "2026-03-31"),
    ],
)
def test_each_kind_of_question_can_be_asked_for(priya, kind, choices, value, compared):
    pilot = a_draft()
    form = {"words": "Which?", "kind": kind, "choices": choices, "value": value}

    answer = priya.post(at(pilot, "questions/"), {**form, "comparison": "is"})

    assert answer.status_code == 302, said(answer)
    assert plan_of(pilot)["eligibility"]["rule"]["all"][0]["is"] == compared


def test_a_question_with_a_fault_is_not_kept(priya):
    pilot = a_draft()
    form = {"words": "How old?", "kind": "number", "comparison": "at_least", "value": "old"}

    response = priya.post(at(pilot, "questions/"), form)

    assert response.status_code == 400
    assert "write a whole number" in said(response)
    assert plan_of(pilot)["eligibility"]["questions"] == []


def test_questions_of_a_running_pilot_change_with_a_reason_only(priya):
    pilot = a_pilot()
    text = as_yaml(from_age(18))

    without = priya.post(at(pilot, "questions/all/"), {"text": text})
    kept = priya.post(at(pilot, "questions/all/"), {"text": text, "reason": "We ask now"})

    assert (without.status_code, kept.status_code) == (400, 302)
    assert pilot.eligibility_versions.count() == 2
    assert "Version 2 is in force" in said(priya.get(at(pilot, "questions/")))


PAGES = (
    *("set-up/", "set-up/arms/", "set-up/arms/add/", "set-up/budget/", "set-up/staff/"),
    *("set-up/help/", "set-up/basics/", "questions/", "questions/all/", "questions/what-else/"),
    *("questions/try/", "designs/", "amend/", "amend/file/", "pilot.yaml", "applications/"),
)


def test_nothing_of_another_pilot_is_there(client):
    owner = a_user("owner@example.org", may_set_up_pilots=True)
    harbour = begin_pilot(plan=a_plan(), manager=owner, by=BY, now=NOON)
    client.force_login(a_member(a_pilot(), *MANY_ROLES, email="noor@example.org"))

    found = {path: client.get(at(harbour, path)).status_code for path in PAGES}

    assert set(found.values()) == {404}


@pytest.mark.parametrize(
    "path",
    ["set-up/", "set-up/arms/add/", "questions/", "questions/all/", "amend/", "set-up/staff/"],
)
def test_only_a_manager_changes_a_pilot(path):
    pilot = a_draft() if path.startswith("set-up") else a_pilot()
    kim = Client()
    kim.force_login(a_member(pilot, Role.CASEWORKER, email="kim@example.org"))

    assert kim.get(at(pilot, path)).status_code == 403


def test_nobody_without_the_right_begins_one(client):
    client.force_login(a_user("kim@example.org"))

    answers = client.post("/staff/pilots/begin/", BASICS), client.get("/staff/pilots/from-file/")

    assert [one.status_code for one in answers] == [403, 403]
    assert not Pilot.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        *("", "participants/", "pay-runs/"),
        *("pilots/{}/", "pilots/{}/enrol/", "pilots/{}/people.csv", "pilots/{}/designs/"),
        *("pilots/{}/applications/", "pilots/{}/texts/", "pilots/{}/life-events/"),
    ],
)
def test_every_page_of_staff_bears_a_pilot_that_is_only_a_draft(priya, path):
    pilot = a_draft(arms=[], budget=[])
    a_member(pilot, *MANY_ROLES, email="priya@example.org")

    response = priya.get(f"/staff/{path.format(pilot.public_id)}")

    assert response.status_code == 200


def test_nobody_is_enrolled_into_a_draft_by_page(priya):
    pilot = a_draft()

    people = said(priya.get("/staff/participants/"))
    page = said(priya.get(at(pilot, "")))

    assert "Enrol one person" not in people
    assert "Enrol one person" not in page
    assert "Go on setting it up" in page
