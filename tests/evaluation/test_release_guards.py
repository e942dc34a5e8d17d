"""What a release does not do, whoever tries: leak by declaration, or leave by the wrong hands."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from evaluation.queries import release_building
from evaluation.queries.released_columns import (
    AGE_BAND,
    KEYED,
    PERSON_COLUMNS,
    QUARTER,
    NotDeclaredSafe,
)
from evaluation.queries.releases import source_of
from participants.models import Arm
from tests.evaluation.release_world import a_manager, a_ready_release, a_request, a_studied_pilot
from tests.factories import a_member, a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rule", [KEYED, AGE_BAND, QUARTER], ids=["keyed", "age band", "quarter"])
@pytest.mark.parametrize("column", ["participant__name", "participant__phone", "code"])
def test_a_rule_for_one_private_column_lets_no_other_out(rule, column):
    leak = replace(PERSON_COLUMNS[1], name="extra", reads=(column,), rule=rule)

    with pytest.raises(NotDeclaredSafe, match="Declare a rule"):
        source_of(a_studied_pilot(60), (*PERSON_COLUMNS, leak))


def test_an_id_declared_twice_leaves_as_a_code_twice():
    pilot = a_studied_pilot(60)
    again = replace(PERSON_COLUMNS[0], name="extra")

    table = source_of(pilot, (*PERSON_COLUMNS, again)).table

    assert list(table["extra"]) == list(table["pseudonym"])
    assert not set(table["extra"]) & set(pilot.enrolments.values_list("public_id", flat=True))


def test_a_column_that_nobody_classified_is_an_error_and_never_a_default(monkeypatch):
    pilot = a_studied_pilot(60)
    monkeypatch.setattr(Arm.Privacy, "shareable", Arm.Privacy.shareable - {"code"})

    with pytest.raises(LookupError, match=r"participants\.Arm\.code has no privacy classification"):
        source_of(pilot)


def test_a_column_that_no_declaration_reads_is_not_even_read():
    pilot = a_studied_pilot(60)

    with CaptureQueriesContext(connection) as queries:
        release_building.make(pilot)

    asked = " ".join(query["sql"] for query in queries)
    assert '"participants_participant"."date_of_birth"' in asked
    for column in ("name", "email", "phone", "language"):
        assert f'"participants_participant"."{column}"' not in asked


def test_one_statement_reads_everybody_and_their_answers():
    pilot = a_studied_pilot(60)

    with CaptureQueriesContext(connection) as queries:
        release_building.make(pilot)

    assert len(queries) == 1


def test_an_approver_reads_the_report_and_does_not_download(client):
    release = a_ready_release(a_studied_pilot())
    client.force_login(a_manager(release.pilot))

    by_api = client.get(f"/api/v1/releases/{release.public_id}/file/")
    by_page = client.post(reverse("release_act", args=[release.public_id, "download"]))
    page = client.get(reverse("release", args=[release.public_id])).content.decode()

    assert (by_api.status_code, by_page.status_code) == (403, 403)
    assert "Download the data" not in page
    assert not AuditEvent.objects.filter(verb="release.downloaded").exists()


def test_another_researcher_of_the_pilot_may_download(client):
    release = a_ready_release(a_studied_pilot())
    client.force_login(a_member(release.pilot, Role.RESEARCHER, email="ben@example.org"))

    answer = client.get(f"/api/v1/releases/{release.public_id}/file/")

    assert answer.status_code == 200
    assert AuditEvent.objects.filter(verb="release.downloaded").count() == 1


def test_whose_role_is_too_small_reads_who_could_see_releases(client):
    release = a_request(a_studied_pilot())
    client.force_login(a_member(release.pilot, Role.PREPARER, email="pat@example.org"))

    listed = client.get(reverse("releases"))
    one = client.get(reverse("release", args=[release.public_id]))

    assert (listed.status_code, one.status_code) == (403, 403)
    assert "does not let you request releases" in listed.content.decode()


def test_somebody_in_no_pilot_sees_an_empty_list(client):
    client.force_login(a_user("nobody@example.org"))

    assert "You are in no pilot" in client.get(reverse("releases")).content.decode()
