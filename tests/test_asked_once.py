"""The API under an Idempotency-Key: asked twice, done once, answered twice alike."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from cashpilot.core import kept_answers
from cashpilot.core.access import Role
from cashpilot.core.models import KeptAnswer
from payments.models import PayRun, PayRunApproval
from payments.operations import pay_runs
from tests.factories import BY, NOON, a_member, a_pilot, a_prepared_run, a_user, an_enrolment, ready

pytestmark = pytest.mark.django_db
TODAY = {"due_by": "2026-03-02"}


def someone(pilot, role=Role.PREPARER, email="priya@example.org"):
    browser = Client()
    browser.force_login(a_member(pilot, role, email=email))
    return browser


def ask(browser, path, body=None, *, key="k1"):
    return browser.post(
        f"/api/v1/{path}",
        body or {},
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


@pytest.fixture
def pilot():
    made = a_pilot()
    ready(an_enrolment(made))
    return made


def test_a_run_that_is_asked_for_twice_is_prepared_once_and_answered_twice_alike(pilot):
    priya, path = someone(pilot), f"pilots/{pilot.public_id}/pay-runs/"

    first, second = ask(priya, path, TODAY), ask(priya, path, TODAY)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers["Content-Type"] == second.headers["Content-Type"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert PayRun.objects.count() == 1


def test_a_refusal_is_repeated_too(pilot):
    priya, path = someone(pilot), f"pilots/{pilot.public_id}/pay-runs/"
    far = {"due_by": "2036-01-01"}

    first, second = ask(priya, path, far), ask(priya, path, far)

    assert (first.status_code, second.status_code) == (400, 400)
    assert first.json() == second.json()
    assert not PayRun.objects.exists()


def test_a_key_that_was_used_for_something_else_is_refused(pilot):
    priya, path = someone(pilot), f"pilots/{pilot.public_id}/pay-runs/"
    ask(priya, path, {"due_by": "2020-01-01"})

    response = ask(priya, path, TODAY)

    assert response.status_code == 422
    assert "used for another request" in response.json()["title"]
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not PayRun.objects.exists()


def test_the_same_key_of_two_people_is_two_keys(pilot):
    path = f"pilots/{pilot.public_id}/pay-runs/"
    ask(someone(pilot, email="ada@example.org"), path, {"due_by": "2020-01-01"})

    assert ask(someone(pilot), path, TODAY).status_code == 201


def test_what_has_no_answer_yet_is_not_done_again(pilot):
    priya, path = someone(pilot), f"pilots/{pilot.public_id}/pay-runs/"
    ask(priya, path, TODAY)
    KeptAnswer.objects.update(status=None)

    response = ask(priya, path, TODAY)

    assert response.status_code == 409
    assert "no answer yet" in response.json()["title"]
    assert PayRun.objects.count() == 1


def test_what_a_crash_left_is_not_known_and_not_done_again():
    kept = kept_answers.take(user=a_user(), key="k1", request_hash="x", now=NOON)

    kept_answers.keep(kept, status=500, content_type="text/html", body="")

    with pytest.raises(kept_answers.NoAnswerYet):
        kept_answers.take(user=a_user(), key="k1", request_hash="x", now=NOON)


def test_an_approval_that_found_no_provider_may_be_asked_again_under_its_key(
    pilot, sandbox, settings
):
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    tom, path = (
        someone(pilot, Role.APPROVER, "tom@example.org"),
        f"pay-runs/{run.public_id}/approve/",
    )
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    lost = ask(tom, path)
    assert (lost.status_code, PayRunApproval.objects.count()) == (503, 0)
    assert "Nothing was changed" in lost.json()["title"]
    settings.STRIPE_API_BASE = sandbox.base_url
    sandbox.set_float("gbp", 10_000_000)

    first, second = ask(tom, path), ask(tom, path)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["state"] == "approved"
    assert PayRunApproval.objects.count() == 1


def test_a_day_later_an_answer_is_forgotten_with_the_names_in_it(pilot):
    ask(someone(pilot), f"pilots/{pilot.public_id}/pay-runs/", TODAY)

    early = kept_answers.forget_old(now=timezone.now() + timedelta(hours=23))
    late = kept_answers.forget_old(now=timezone.now() + timedelta(hours=25))

    assert (early, late) == (0, 1)


@pytest.mark.parametrize("key", ["x" * 256, "caf\u00e9"])
def test_a_key_that_cannot_be_kept_is_refused(pilot, key):
    response = ask(someone(pilot), f"pilots/{pilot.public_id}/pay-runs/", TODAY, key=key)

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "Idempotency-Key"
    assert not PayRun.objects.exists()


def test_a_file_takes_no_key(pilot):
    sam = someone(pilot, Role.CASEWORKER, "sam@example.org")

    response = sam.post(
        f"/api/v1/pilots/{pilot.public_id}/enrolments/file/", headers={"Idempotency-Key": "k1"}
    )

    assert response.status_code == 400
    assert "takes no Idempotency-Key" in response.json()["title"]


def test_whoever_is_not_signed_in_leaves_no_key(pilot):
    response = ask(Client(), f"pilots/{pilot.public_id}/pay-runs/", TODAY)

    assert response.status_code in (401, 403)
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_askings_at_once_one_is_done(pilot):
    path, start = f"pilots/{pilot.public_id}/pay-runs/", Barrier(2)
    browsers = [someone(pilot), someone(pilot)]

    def asked(browser):
        start.wait()
        try:
            return ask(browser, path, TODAY).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(asked, browsers))

    assert outcomes in ([201, 201], [201, 409])
    assert PayRun.objects.count() == 1
    assert KeptAnswer.objects.count() == 1
