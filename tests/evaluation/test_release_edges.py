"""Releases over HTTP: who sees which, and what a page says of the people in one."""

import json

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from evaluation.models import Release
from evaluation.tasks import build_approved_releases
from tests.evaluation.release_world import (
    PURPOSE,
    a_manager,
    a_ready_release,
    a_request,
    a_researcher,
    a_studied_pilot,
    rows_in,
)
from tests.factories import a_member, a_pilot

pytestmark = pytest.mark.django_db

VERBS = ("approve", "reject", "revoke", "download")


def signed_in(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def api(release: Release, verb: str = "") -> str:
    return f"/api/v1/releases/{release.public_id}/" + (f"{verb}/" if verb else "")


def test_a_researcher_asks_a_manager_agrees_and_the_researcher_downloads():
    pilot = a_studied_pilot()
    researcher, manager = signed_in(a_researcher(pilot)), signed_in(a_manager(pilot))

    asked = researcher.post(
        f"/api/v1/pilots/{pilot.public_id}/releases/", {"purpose": PURPOSE}, format="json"
    )
    url = f"/api/v1/releases/{asked.json()['public_id']}/"
    agreed = manager.post(
        f"{url}approve/", {"digest": Release.objects.get().dry_run_digest}, format="json"
    )
    build_approved_releases()
    file = researcher.get(f"{url}file/")

    assert asked.status_code == 201
    assert agreed.json()["state"] == "approved"
    assert file["Content-Type"] == "application/zip"
    assert len(rows_in(file.getvalue())) >= 50
    assert researcher.get(f"{url}manifest/").json()["purpose"] == PURPOSE
    assert AuditEvent.objects.filter(verb="release.downloaded").count() == 1


def test_another_pilots_release_is_not_there():
    release = a_ready_release(a_studied_pilot())
    elsewhere = a_pilot(name="Another pilot")
    strangers = [
        signed_in(a_member(elsewhere, role, email=f"{role}@example.org"))
        for role in (Role.RESEARCHER, Role.MANAGER)
    ]

    answers = []
    for client in strangers:
        answers += [client.get(api(release, verb)) for verb in ("", "manifest", "file")]
        answers += [client.post(api(release, verb)) for verb in ("approve", "reject", "revoke")]
        answers += [client.get(reverse("release", args=[release.public_id]))]
        answers += [client.post(reverse("release_act", args=[release.public_id, "download"]))]

    assert {answer.status_code for answer in answers} == {404}
    assert not AuditEvent.objects.filter(verb="release.downloaded").exists()


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PREPARER, Role.AUDITOR])
def test_members_who_neither_ask_nor_agree_see_no_release(role):
    release = a_ready_release(a_studied_pilot())
    client = signed_in(a_member(release.pilot, role, email="cas@example.org"))

    assert client.get(api(release)).status_code == 403
    assert client.get(api(release, "file")).status_code == 403
    assert client.get(f"/api/v1/pilots/{release.pilot.public_id}/releases/").status_code == 403


def test_a_researcher_cannot_approve_and_a_manager_cannot_ask():
    pilot = a_studied_pilot()
    release = a_request(pilot)

    approved = signed_in(a_researcher(pilot)).post(
        api(release, "approve"), {"digest": release.dry_run_digest}, format="json"
    )
    asked = signed_in(a_manager(pilot)).post(
        f"/api/v1/pilots/{pilot.public_id}/releases/", {"purpose": PURPOSE}, format="json"
    )

    assert (approved.status_code, asked.status_code) == (403, 403)
    assert Release.objects.get().state == "submitted"


def test_a_rejection_and_a_recall_come_back_with_their_state():
    pilot = a_studied_pilot()
    manager = signed_in(a_manager(pilot))

    rejected = manager.post(
        api(a_request(pilot), "reject"), {"reason": "Too many waves."}, format="json"
    )
    revoked = manager.post(api(a_ready_release(pilot), "revoke"))
    listed = manager.get(f"/api/v1/pilots/{pilot.public_id}/releases/").json()

    assert rejected.json()["note"] == "Too many waves."
    assert revoked.json()["state"] == "revoked"
    assert {one["state"] for one in listed} == {"rejected", "revoked"}


def test_a_manifest_that_is_not_there_yet_is_not_found():
    release = a_request(a_studied_pilot())

    answer = signed_in(release.requested_by).get(api(release, "manifest"))

    assert answer.status_code == 404
    assert "has not been built" in answer.json()["title"]


def test_pages_and_answers_say_nothing_personal_about_anybody_in_the_release():
    pilot = a_studied_pilot()
    release = a_ready_release(pilot)
    client = signed_in(a_researcher(pilot))

    shown = [
        client.get(reverse("releases")).content.decode(),
        client.get(reverse("release", args=[release.public_id])).content.decode(),
        json.dumps(client.get(api(release)).json()),
    ]

    for person in pilot.enrolments.select_related("participant"):
        who = person.participant
        for known in (who.name, who.email, who.phone, who.public_id, person.code):
            assert not any(known in page for page in shown)
    assert not any(row["pseudonym"] in page for row in rows_of(client, release) for page in shown)


def rows_of(client, release):
    return rows_in(client.get(api(release, "file")).getvalue())


def test_the_page_says_in_plain_words_what_leaves_and_who_decides():
    pilot = a_studied_pilot()
    release = a_request(pilot)
    url = reverse("release", args=[release.public_id])

    mine = signed_in(a_researcher(pilot)).get(url).content.decode()
    theirs = signed_in(a_manager(pilot)).get(url).content.decode()

    k = release.dry_run["measured"]["k"]
    assert f"Everybody looks like at least {k} people, themselves included; 5 are needed." in mine
    assert "someone else has to approve it" in mine
    assert "Approve exactly this" not in mine
    assert "Approve exactly this" in theirs


def test_the_list_has_a_form_only_where_one_may_ask():
    pilot = a_studied_pilot()

    researcher = signed_in(a_researcher(pilot)).get(reverse("releases")).content.decode()
    manager = signed_in(a_manager(pilot)).get(reverse("releases")).content.decode()

    assert "Ask for a release" in researcher
    assert "Ask for a release" not in manager
    assert pilot.name in manager


def test_by_page_a_release_is_asked_for_approved_built_and_downloaded():
    pilot = a_studied_pilot()
    researcher, manager = signed_in(a_researcher(pilot)), signed_in(a_manager(pilot))

    researcher.post(reverse("request_release", args=[pilot.public_id]), {"purpose": PURPOSE})
    release = Release.objects.get()
    act = {verb: reverse("release_act", args=[release.public_id, verb]) for verb in VERBS}
    stale = manager.post(act["approve"], {"digest": "old"}, follow=True)
    manager.post(act["approve"], {"digest": release.dry_run_digest})
    build_approved_releases()
    page = researcher.get(reverse("release", args=[release.public_id])).content.decode()
    file = researcher.post(act["download"])
    manager.post(act["revoke"])
    gone = researcher.post(act["download"], follow=True)

    assert "newer report" in stale.content.decode()
    assert release.dry_run_digest in page
    assert "Do not try to find out who anybody in this file is." in page
    assert len(rows_in(file.getvalue())) >= 50
    assert "called back" in gone.content.decode()
    assert researcher.post(f"/staff/releases/{release.public_id}/erase/").status_code == 404


def test_a_refused_request_shows_its_sentence_beside_the_form():
    pilot = a_studied_pilot(20)
    client = signed_in(a_researcher(pilot))
    url = reverse("request_release", args=[pilot.public_id])

    refused = client.post(url, {"purpose": PURPOSE})
    empty = client.post(url, {"purpose": ""})

    assert refused.status_code == 409
    assert "Ask for tables instead" in refused.content.decode()
    assert "Enter what the data are for" in empty.content.decode()
    assert not Release.objects.exists()


def test_a_rejection_without_a_reason_asks_for_one():
    release = a_request(a_studied_pilot())
    manager = signed_in(a_manager(release.pilot))
    url = reverse("release_act", args=[release.public_id, "reject"])

    empty = manager.post(url, {"reason": ""})
    manager.post(url, {"reason": "Ask for fewer waves."})

    assert "Enter the reason" in empty.content.decode()
    release.refresh_from_db()
    assert (release.state, release.note) == ("rejected", "Ask for fewer waves.")
