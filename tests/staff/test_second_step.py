"""Whoever moves money or takes data out signs in with a second step, and does nothing without."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from cashpilot.core.access import Role
from participants.models import Pilot
from payments.models import Disbursement, PayRun
from payments.operations import pay_runs
from tests.factories import BY, NOON, a_member, a_pilot, a_prepared_run, a_user, an_enrolment, ready

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
SET_UP = "/accounts/second-step/totp/activate/"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def pilot():
    pilot = a_pilot()
    ready(an_enrolment(pilot))
    return pilot


def sign_in(email, client=None) -> Client:
    browser = client or Client()
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return browser


def code_of(secret, step=0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def set_up(browser) -> str:
    """Set up an app for codes as a person does; returns the secret that the app keeps."""
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = browser.get(SET_UP).content.decode()
    secret = re.search(r'value="([A-Z2-7]{32})"', page)[1]
    browser.post(SET_UP, {"code": code_of(secret)})
    return secret


@pytest.mark.parametrize(
    ("role", "is_led"),
    [
        (Role.MANAGER, True),
        (Role.PREPARER, True),
        (Role.APPROVER, True),
        (Role.RESEARCHER, True),
        (Role.CASEWORKER, False),
        (Role.AUDITOR, False),
    ],
)
def test_roles_that_move_money_or_take_data_out_are_led_to_set_it_up(pilot, role, is_led):
    browser = sign_in(a_member(pilot, role, email="new@example.org").email)

    page, answer = browser.get("/staff/"), browser.get("/api/v1/pilots/")

    assert (page.status_code, answer.status_code) == ((302, 403) if is_led else (200, 200))
    if is_led:
        assert page.headers["Location"] == "/accounts/second-step/"
        assert answer.json()["type"] == "second-step-needed"


def test_whoever_may_set_up_pilots_needs_one_before_the_first(client):
    browser = sign_in(a_user("new@example.org", may_set_up_pilots=True).email)

    answer = browser.post("/staff/pilots/new/", {"name": "Harbour Cash Pilot"})

    assert answer.headers["Location"] == "/accounts/second-step/"
    assert not Pilot.objects.exists()


def test_nothing_is_done_without_it(pilot):
    run = a_prepared_run(pilot)
    priya = sign_in(run.prepared_by.email)

    priya.post(f"/staff/pay-runs/{run.public_id}/submit/")
    priya.post(f"/api/v1/pay-runs/{run.public_id}/submit/")

    assert PayRun.objects.get().state == "prepared"


def test_once_set_up_everything_is_there_and_the_next_sign_in_asks_for_a_code(pilot):
    browser = sign_in("priya@example.org")
    secret = set_up(browser)
    assert browser.get("/staff/").status_code == 200

    again = sign_in("priya@example.org")
    assert again.get("/staff/").status_code == 302
    wrong = again.post("/accounts/second-step/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    again.post("/accounts/second-step/authenticate/", {"code": code_of(secret, 1)})

    assert again.get("/staff/").status_code == 200


def test_a_code_opens_once(pilot):
    secret = set_up(sign_in("priya@example.org"))
    code = code_of(secret, 1)
    first, second = sign_in("priya@example.org"), sign_in("priya@example.org")
    first.post("/accounts/second-step/authenticate/", {"code": code})

    second.post("/accounts/second-step/authenticate/", {"code": code})

    assert first.get("/staff/").status_code == 200
    assert second.get("/staff/").status_code == 302


def test_a_recovery_code_opens_once(pilot):
    browser = sign_in("priya@example.org")
    set_up(browser)
    page = browser.get("/accounts/second-step/recovery-codes/").content.decode()
    codes = re.findall(r"<li><code>([0-9a-z ]+)</code></li>", page)
    first, second = sign_in("priya@example.org"), sign_in("priya@example.org")

    for one in (first, second):
        one.post("/accounts/second-step/authenticate/", {"code": codes[0]})

    assert len(codes) == 10
    assert first.get("/staff/").status_code == 200
    assert second.get("/staff/").status_code == 302


def test_the_secret_of_the_codes_lies_encrypted(pilot):
    secret = set_up(sign_in("priya@example.org"))

    kept = Authenticator.objects.get(type="totp").data

    assert secret not in str(kept)
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret, 1))


def test_a_passkey_can_be_added_and_is_asked_of_the_browser(pilot):
    browser = sign_in("priya@example.org")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})

    page = browser.get("/accounts/second-step/webauthn/add/")

    assert page.status_code == 200
    assert "challenge" in page.content.decode()


@pytest.fixture
def frozen(pilot):
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    return run


@pytest.fixture
def approver(pilot):
    browser = sign_in(a_member(pilot, Role.APPROVER).email)
    set_up(browser)
    return browser


def long_ago(browser) -> None:
    """Whoever is signed in has been so for more than a quarter of an hour."""
    session = browser.session
    records = session["account_authentication_methods"]
    for one in records:
        one["at"] -= 15 * 60 + 1
    session["account_authentication_methods"] = records
    session.save()


def test_a_run_is_approved_by_whoever_has_just_signed_in(frozen, approver, rich_sandbox):
    approver.post(f"/staff/pay-runs/{frozen.public_id}/approve/")

    assert PayRun.objects.get().state == "approved"


def test_after_a_quarter_of_an_hour_an_approval_asks_again_who_it_is(
    frozen, approver, rich_sandbox
):
    where = f"/staff/pay-runs/{frozen.public_id}/"
    long_ago(approver)

    led = approver.post(f"{where}approve/")
    refused = approver.post(f"/api/v1/pay-runs/{frozen.public_id}/approve/")
    assert led.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert (refused.status_code, refused.json()["type"]) == (403, "sign-in-again")
    assert not Disbursement.objects.exists()
    back = approver.post(led.headers["Location"], {"password": PASSWORD})
    approver.post(f"{where}approve/")

    assert back.headers["Location"] == where
    assert PayRun.objects.get().state == "approved"


def test_who_it_is_is_not_shown_by_a_wrong_password(frozen, approver):
    long_ago(approver)

    approver.post("/accounts/reauthenticate/", {"password": "not the right one"})
    approver.post(f"/staff/pay-runs/{frozen.public_id}/approve/")

    assert PayRun.objects.get().state == "previewed"


def test_only_the_demo_and_tests_can_do_without(pilot, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    browser = sign_in("priya@example.org")

    assert browser.get("/staff/").status_code == 200
