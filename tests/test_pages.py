"""Every page, through its address: whoever may look sees it, and looking changes nothing."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from cashpilot.core.access import Role
from participants.models import Enrolment
from participants.operations.drafts import begin_pilot
from participants.operations.sign_in import issue_link
from payments.models import Disbursement, PayRun
from payments.operations import pay_runs
from tests.factories import (
    BY,
    NOON,
    PLENTY,
    a_member,
    a_pilot,
    a_prepared_run,
    a_user,
    an_approver_now,
    an_enrolment,
    ready,
)
from tests.participants.test_pilot_files import a_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot():
    """A pilot with somebody to pay, somebody in the comparison arm, and one run prepared."""
    made = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    ready(an_enrolment(made, name="Amina Example", code="A-1"))
    an_enrolment(made, name="Ben Example", arm="services")
    a_prepared_run(made)
    return made


def browser_of(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def member(pilot, role) -> Client:
    return browser_of(a_member(pilot, role, email=f"{role}@example.org"))


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def everything() -> dict:
    """Every row of every table of ours, but sessions and who looked at whom."""
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if "_" in t]
        rows = {}
        for table in tables:
            if table not in ("django_session", "core_look"):
                whole = (
                    f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t'
                )
                cursor.execute(whole)
                rows[table] = cursor.fetchone()
    return rows


ALL = set(Role)
ENROLLING = {Role.MANAGER, Role.CASEWORKER}
PEOPLE = {*ENROLLING, Role.SAFEGUARDING_LEAD}
MONEY = {Role.MANAGER, Role.PREPARER, Role.APPROVER, Role.AUDITOR}
STAFF_PAGES = {
    "/staff/": ALL,
    "/staff/participants/": ALL,
    "/staff/pay-runs/": ALL,
    "/staff/pilots/{pilot}/": ALL,
    "/staff/pilots/{pilot}/enrol/": ENROLLING,
    "/staff/pilots/{pilot}/enrol-file/": ENROLLING,
    "/staff/pilots/{pilot}/people.csv": ENROLLING,
    "/staff/participants/{person}/": PEOPLE,
    "/staff/participants/{person}/payments/": PEOPLE,
    "/staff/participants/{person}/payments/as-of/": PEOPLE,
    "/staff/participants/{person}/contact/": PEOPLE,
    "/staff/participants/{person}/problems/": PEOPLE,
    "/staff/participants/{person}/restricted-notes/": {Role.SAFEGUARDING_LEAD},
    "/staff/problems/": ALL,
    "/staff/pilots/{pilot}/places/": PEOPLE,
    "/staff/pilots/{pilot}/complaint-days/": {Role.MANAGER},
    "/staff/participants/{person}/personal-data/": {Role.MANAGER},
    "/staff/participants/{person}/erase/": {Role.MANAGER},
    "/staff/pilots/{pilot}/terms/cash/": {Role.MANAGER},
    "/staff/pay-runs/forecast/{pilot}/": MONEY,
    "/staff/pay-runs/{run}/": MONEY,
}


def address(path, pilot) -> str:
    return path.format(
        pilot=pilot.public_id,
        person=Enrolment.objects.get(code="A-1").public_id,
        run=PayRun.objects.get().public_id,
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", STAFF_PAGES)
def test_a_page_of_staff_opens_for_the_right_roles_and_looking_changes_nothing(pilot, path, role):
    browser = member(pilot, role)
    before = everything()

    response = browser.get(address(path, pilot))

    assert response.status_code == (200 if role in STAFF_PAGES[path] else 403)
    assert "no-store" in response.headers["Cache-Control"]
    assert everything() == before


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_a_page_of_staff_is_closed_to_whoever_is_not_signed_in(client, pilot, path):
    response = client.get(address(path, pilot))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=")
    assert "no-store" in response.headers["Cache-Control"]


def test_lists_are_empty_for_a_role_that_may_not_see_them(pilot):
    auditor, caseworker = member(pilot, Role.AUDITOR), member(pilot, Role.CASEWORKER)

    assert "Amina" not in text_of(auditor.get("/staff/participants/"))
    assert "£360.00" not in text_of(caseworker.get("/staff/pay-runs/"))
    assert "Still in the fund" not in text_of(caseworker.get("/staff/"))


@pytest.mark.parametrize("path", ["/", "/left/", "/accounts/login/", "/s/guessed/", "/api/docs/"])
def test_a_public_page_opens_for_everybody(client, path):
    before = everything()

    response = client.get(path)

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert everything() == before


def participant(name) -> tuple[Client, Enrolment]:
    enrolment = Enrolment.objects.get(participant__name=name)
    secret = issue_link(participant=enrolment.participant, by=BY, now=timezone.now())
    browser = Client()
    browser.post(f"/s/{secret}/")
    return browser, enrolment


INTERNAL = r"queued|submitt|settle|disburse|instalment|enrol|award|recipient|payout|transfer|minor"


def words_of(response) -> str:
    """What a person reads: no tags, no addresses."""
    body = re.sub(r"<head>.*?</head>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.mark.parametrize(
    "state", ["planned", "queued", "submitting", "submitted", "unknown", "paid", "held"]
)
def test_a_participant_reads_of_their_money_in_plain_words(pilot, state):
    if state != "planned":
        put_on_its_way(pilot, state)
    amina, enrolment = participant("Amina Example")
    before = everything()

    response = amina.get(f"/my/{enrolment.public_id}/")

    words = words_of(response)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "£360.00" in words
    assert "This money is yours." in words
    assert not re.findall(INTERNAL, words, re.IGNORECASE)
    assert everything() == before


def put_on_its_way(pilot, state) -> None:
    """Write a state down as it would stand later; how it came there is another test's matter."""
    run = PayRun.objects.get()
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=run.prepared_at)
    approver = a_member(pilot, Role.APPROVER, email="approver@example.org")
    pay_runs.vote(run=run, approver=approver, available_minor=PLENTY, by=BY, now=run.prepared_at)
    change = {"held_reason": "review"} if state == "held" else {"state": state}
    Disbursement.objects.update(provider_reference="tr_fictional", **change)


def test_a_participant_sees_nobody_elses_page(pilot):
    amina, _ = participant("Amina Example")
    ben = Enrolment.objects.get(participant__name="Ben Example")

    response = amina.get(f"/my/{ben.public_id}/")

    assert response.status_code == 404
    assert "Ben" not in text_of(response)
    assert "no-store" in response.headers["Cache-Control"]


def test_someone_in_the_comparison_arm_reads_of_no_money(pilot):
    ben, enrolment = participant("Ben Example")

    response = ben.get(f"/my/{enrolment.public_id}/")

    assert "Thank you for taking part." in words_of(response)
    assert not re.findall(r"£|control|comparison|cash arm", words_of(response), re.IGNORECASE)


def test_staff_have_no_page_of_their_own_among_the_participants(pilot):
    manager = member(pilot, Role.MANAGER)

    assert manager.get("/my/").status_code == 401
    person = Enrolment.objects.get(code="A-1")
    assert manager.get(f"/my/{person.public_id}/").status_code == 404


def problems_beside(page: str, field: str) -> str:
    """What is said beside a field, which the field itself points at."""
    found = re.search(rf'id="id_{field}_error">(.*?)</div>', page, re.DOTALL)
    assert found, f"nothing is said beside {field}"
    assert re.search(rf'aria-describedby="[^"]*id_{field}_error', page)
    return found[1]


def test_a_pay_run_with_a_wrong_date_keeps_what_was_typed(pilot):
    preparer = member(pilot, Role.PREPARER)
    typed = {"due_by_day": "31", "due_by_month": "2", "due_by_year": "2026"}

    response = preparer.post(f"/staff/pay-runs/prepare/{pilot.public_id}/", typed)

    page = response.content.decode()
    assert response.status_code == 409
    assert "real date" in problems_beside(page, "due_by")
    assert 'value="31"' in page
    assert PayRun.objects.count() == 1


def test_a_pay_run_with_nobody_in_it_is_refused_in_words(pilot):
    preparer = member(pilot, Role.PREPARER)
    typed = {"due_by_day": "2", "due_by_month": "3", "due_by_year": "2026"}

    response = preparer.post(f"/staff/pay-runs/prepare/{pilot.public_id}/", typed)

    assert "Nobody can be paid by 02 March 2026 yet" in text_of(response)
    assert PayRun.objects.count() == 1


def test_whoever_prepared_a_run_is_told_on_its_page_and_nothing_is_sent(pilot):
    run = PayRun.objects.get()
    priya = browser_of(run.prepared_by)
    priya.post(f"/staff/pay-runs/{run.public_id}/submit/")
    an_approver_now(pilot, "priya@example.org")

    response = priya.post(f"/staff/pay-runs/{run.public_id}/approve/", follow=True)

    assert "You prepared this pay run. Someone else has to approve it." in text_of(response)
    assert not Disbursement.objects.exists()


def test_a_pay_run_is_frozen_and_approved_by_two_people_on_its_page(pilot, rich_sandbox):
    run = PayRun.objects.get()
    browser_of(run.prepared_by).post(f"/staff/pay-runs/{run.public_id}/submit/")

    response = member(pilot, Role.APPROVER).post(
        f"/staff/pay-runs/{run.public_id}/approve/", follow=True
    )

    assert "Approved. The payments are being sent." in text_of(response)
    assert Disbursement.objects.get().state == "queued"


@pytest.mark.parametrize("verb", ["submit", "approve", "stop"])
def test_an_act_cannot_be_done_by_looking(pilot, verb):
    run = PayRun.objects.get()
    before = everything()

    response = member(pilot, Role.PREPARER).get(f"/staff/pay-runs/{run.public_id}/{verb}/")

    assert response.status_code == 405
    assert PayRun.objects.get().state == "prepared"
    assert before["payments_payrun"] == everything()["payments_payrun"]


def test_a_sign_in_link_is_made_by_whoever_may_enrol_and_shown_once(pilot):
    where = f"/staff/participants/{Enrolment.objects.get(code='A-1').public_id}/sign-in-link/"

    offered, refused = (member(pilot, r).post(where) for r in (Role.CASEWORKER, Role.AUDITOR))

    assert re.search(r"http://testserver/s/[\w-]{12}/", text_of(offered))
    assert "no-store" in offered.headers["Cache-Control"]
    assert refused.status_code == 403


def test_a_page_that_does_not_exist_is_a_page(client):
    response = client.get("/nothing/")

    assert response.status_code == 404
    assert "<h1" in text_of(response)


@pytest.mark.parametrize("path", ["evaluation/", "releases/"])
def test_pages_of_research_bear_a_pilot_that_is_only_a_draft(path):
    manager = a_user("mona@example.org", may_set_up_pilots=True)
    draft = begin_pilot(plan=a_plan(arms=[]), manager=manager, by=BY, now=NOON)

    response = member(draft, Role.RESEARCHER).get(f"/staff/{path}")

    assert response.status_code == 200
