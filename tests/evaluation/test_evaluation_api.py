"""The evaluation over HTTP: what goes in, what comes out, and how a no reads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cashpilot.core.access import Role
from evaluation.models import ResearchConsent, Response, Wave
from tests.evaluation.test_responses import a_file, a_row
from tests.evaluation.test_results import a_compared_pilot
from tests.evaluation.worlds import HAPPY, ITEM, a_participant, a_studied_pilot
from tests.factories import a_member, a_pilot, a_user, an_enrolment

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]


def asking(client, pilot, *roles: Role):
    client.force_login(a_member(pilot, *roles))

    def ask(path: str, body: dict | None = None, **query):
        address = f"/api/v1/pilots/{pilot.public_id}/{path}"
        if body is None:
            return client.get(address, query)
        return client.post(address, json.dumps(body), content_type="application/json")

    return ask


def an_answer_sent(enrolment, value=7, **changes) -> dict:
    sent = {"code": enrolment.code, "wave": 1, "instrument": HAPPY, "item": ITEM, "value": value}
    return {**sent, "answered_on": "2026-03-01", **changes}


def test_the_instruments_are_listed_with_their_range(client):
    client.force_login(a_user())

    found = {one["id"]: one for one in client.get("/api/v1/instruments/").json()}

    assert found[HAPPY]["items"] == [ITEM]
    assert (found[HAPPY]["low"], found[HAPPY]["high"]) == (0, 10)
    assert found[HAPPY]["licence"].startswith("Open Government")


def test_a_wave_is_opened_and_listed(client):
    ask = asking(client, a_pilot(), Role.MANAGER)

    opened = ask("waves/", {"number": 0, "name": "Baseline", "opens_on": "2026-03-01"})

    assert opened.status_code == 201
    assert ask("waves/").json() == [opened.json()]


def test_a_wave_that_is_there_is_refused_by_field(client):
    ask = asking(client, a_studied_pilot(), Role.MANAGER)

    answer = ask("waves/", {"number": 1, "name": "Again", "opens_on": "2026-03-01"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "number", "says": "This pilot has a wave 1 already."}
    ]
    assert Wave.objects.count() == 2


def a_decision(enrolment, **changes) -> dict:
    said = {"code": enrolment.code, "purpose": "research", "decision": "given"}
    return {**said, "decided_on": "2026-02-20", **changes}


def test_research_consent_is_recorded_by_code(client):
    pilot = a_studied_pilot()
    amina = an_enrolment(pilot)
    ask = asking(client, pilot, Role.CASEWORKER)

    answer = ask("research-consents/", a_decision(amina))

    assert answer.status_code == 201
    assert ResearchConsent.objects.get().enrolment == amina


def test_a_researcher_records_no_decision_of_anybody(client):
    pilot = a_studied_pilot()
    amina = an_enrolment(pilot)
    ask = asking(client, pilot, Role.RESEARCHER)

    agreed = ask("research-consents/", a_decision(amina))
    withdrawn = ask("research-consents/", a_decision(amina, decision="withdrawn"))

    assert (agreed.status_code, withdrawn.status_code) == (403, 403)
    assert not ResearchConsent.objects.filter(enrolment=amina).exists()


def test_consent_of_an_unknown_code_is_refused(client):
    pilot = a_studied_pilot()
    elsewhere = an_enrolment(a_pilot(name="Harbour Cash Pilot"))
    ask = asking(client, pilot, Role.CASEWORKER)

    answer = ask("research-consents/", a_decision(elsewhere))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "code"
    assert not ResearchConsent.objects.exists()


def test_answers_are_recorded_once_however_often_they_are_sent(client):
    pilot = a_studied_pilot()
    sent = {"answers": [an_answer_sent(a_participant(pilot))]}
    ask = asking(client, pilot, Role.MANAGER)

    first, again = ask("responses/", sent), ask("responses/", sent)

    assert (first.status_code, first.json()) == (201, {"added": 1, "already": 0})
    assert (again.status_code, again.json()) == (201, {"added": 0, "already": 1})


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"value": 99}, "value"),
        ({"value": "many"}, "value"),
        ({"value": None}, "value"),
        ({"answered_on": "2026-02-30"}, "answered_on"),
        ({"mode": "telepathy"}, "mode"),
        ({"wave": 10**12}, "wave"),
        ({"code": "NOBODY"}, "code"),
        ({"code": "N\x00"}, "code"),
        ({"item": "joy"}, "item"),
    ],
)
def test_an_answer_that_is_wrong_is_named_by_row_and_column_and_none_is_recorded(
    client, changes, column
):
    pilot = a_studied_pilot()
    amina = a_participant(pilot)
    ask = asking(client, pilot, Role.MANAGER)

    answer = ask(
        "responses/",
        {"answers": [an_answer_sent(amina, wave=0), an_answer_sent(amina, **changes)]},
    )

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert [(one["row"], one["column"]) for one in answer.json()["errors"]] == [(2, column)]
    assert not Response.objects.exists()


@pytest.mark.parametrize("body", [{}, {"answers": []}, {"answers": "all"}, {"answers": [1]}])
def test_answers_of_no_shape_are_refused(client, body):
    ask = asking(client, a_studied_pilot(), Role.MANAGER)

    answer = ask("responses/", body)

    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_a_file_of_answers_is_recorded(client):
    pilot = a_studied_pilot()
    raw = a_file(a_row(a_participant(pilot)))
    asking(client, pilot, Role.CASEWORKER)

    answer = client.post(
        f"/api/v1/pilots/{pilot.public_id}/responses/file/",
        {"file": SimpleUploadedFile("answers.csv", raw)},
    )

    assert (answer.status_code, answer.json()) == (201, {"added": 1, "already": 0})


def test_problems_in_a_file_come_by_row_and_column(client):
    pilot = a_studied_pilot()
    raw = a_file(a_row(a_participant(pilot), "99"))
    asking(client, pilot, Role.CASEWORKER)

    answer = client.post(
        f"/api/v1/pilots/{pilot.public_id}/responses/file/",
        {"file": SimpleUploadedFile("answers.csv", raw)},
    )

    assert answer.status_code == 400
    assert answer.json() == {
        "type": "answers-refused",
        "title": "Nothing was recorded: 1 problem to correct.",
        "status": 400,
        "errors": [
            {"row": 2, "column": "value", "says": "99 is out of range: 0 to 10 is possible."}
        ],
    }


def test_results_come_with_interval_and_sentence(client):
    pilot, _ = a_compared_pilot()
    ask = asking(client, pilot, Role.RESEARCHER)

    found = ask("results/", instrument=HAPPY, wave=1, baseline=0).json()

    effect = found["effects"][0]
    assert effect["is_adjusted"] is True
    assert effect["ci_low"] < effect["estimate"] < effect["ci_high"]
    assert found["headline"] == effect["sentence"]
    assert [one["observed"] for one in found["arms"]] == [20, 20]


def test_results_of_small_arms_hold_reasons_and_nulls(client):
    pilot, _ = a_compared_pilot(in_each_arm=3)
    ask = asking(client, pilot, Role.RESEARCHER)

    (effect,) = ask("results/", instrument=HAPPY, wave=1).json()["effects"]

    assert effect["estimate"] is None
    assert "fewer than 10" in effect["reason"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"wave": 1}, "instrument"),
        ({"instrument": HAPPY}, "wave"),
        ({"instrument": HAPPY, "wave": "x"}, "wave"),
        ({"instrument": HAPPY, "wave": 9}, "wave"),
        ({"instrument": HAPPY, "wave": 10**12}, "wave"),
        ({"instrument": "joy", "wave": 1}, "instrument"),
        ({"instrument": HAPPY, "wave": 1, "baseline": 1}, "baseline"),
    ],
)
def test_a_wrong_question_names_its_field(client, asked, field):
    ask = asking(client, a_studied_pilot(), Role.RESEARCHER)

    answer = ask("results/", **asked)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("path", ["results/", "waves/"])
def test_a_stranger_finds_no_pilot(client, path):
    pilot = a_studied_pilot()
    asking(client, a_pilot(name="Harbour Cash Pilot"), Role.RESEARCHER)

    assert client.get(f"/api/v1/pilots/{pilot.public_id}/{path}").status_code == 404


def test_a_role_that_is_too_small_is_told_who_can(client):
    pilot = a_studied_pilot()
    ask = asking(client, pilot, Role.AUDITOR)

    for answer in (
        ask("results/", instrument=HAPPY, wave=1),
        ask("responses/", {"answers": [an_answer_sent(a_participant(pilot))]}),
        ask("waves/", {"number": 5, "name": "Fifth", "opens_on": "2026-03-01"}),
    ):
        assert answer.status_code == 403
        assert "manager" in answer.json()["title"]
    assert not Response.objects.exists()


def test_the_web_starts_without_pandas():
    asks = (
        "import os, sys, django; django.setup(); import cashpilot.urls, evaluation.tasks;"
        "sys.exit('pandas' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", asks], cwd=ROOT, check=False)

    assert done.returncode == 0
