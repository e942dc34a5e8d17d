"""Everything about one person, opened and readable, and nothing of anybody else."""

import io
import json
import zipfile

import pytest
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.copies import everything_about
from cashpilot.core.encrypted_fields import BlindIndexField
from cashpilot.core.models import AuditEvent, Look
from cashpilot.core.personal import rows_about, rows_to_show
from cashpilot.personal_data import copy_for
from participants.models import Pair, RestrictedNote
from tests.factories import BY, a_member, a_pilot, a_user
from tests.privacy.world import LATER, a_person_with_traces, traces_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def zofia():
    pilot = a_pilot(count=1)
    a_person_with_traces(pilot, "Quillonmarker", "66654321")
    return a_person_with_traces(pilot, "Zofiamarker", "77123456")


def unpacked(raw: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def staff(*roles, email="mona@example.org"):
    client = Client()
    from participants.models import Pilot

    client.force_login(a_member(Pilot.objects.get(name__startswith="Bridge"), *roles, email=email))
    return client


def test_a_copy_holds_every_value_of_theirs_opened_in_both_forms(zofia):
    inside = unpacked(copy_for(participant=zofia.participant, by=BY, now=LATER))

    assert sorted(inside) == ["everything.html", "everything.json"]
    for text in inside.values():
        for trace in traces_of("Zofiamarker", "77123456"):
            assert trace.casefold() in text.casefold()
        assert "s1.development" not in text


def test_a_copy_holds_nothing_of_anybody_else(zofia):
    other = zofia.pilot.enrolments.exclude(pk=zofia.pk).get()

    inside = unpacked(copy_for(participant=zofia.participant, by=BY, now=LATER))

    for text in inside.values():
        assert [t for t in traces_of("Quillonmarker", "66654321") if t in text] == []
        assert a_user().email not in text
        assert other.public_id not in text


def test_every_model_with_rows_about_them_is_in_it_with_every_column(zofia):
    every = {model for model, rows in rows_about(zofia.participant).items() if rows.exists()}
    about = {model: rows for model, rows in rows_to_show(zofia.participant) if rows.exists()}

    tables = {one["model"]: one for one in everything_about(zofia.participant, LATER)["tables"]}

    assert every - set(about) == {RestrictedNote, Pair}
    assert set(tables) == {model._meta.label for model in about}
    assert len(tables) >= 19
    for model, rows in about.items():
        table = tables[model._meta.label]
        columns = {
            field.name
            for field in model._meta.fields
            if not (field.primary_key or isinstance(field, BlindIndexField))
        }
        assert len(table["rows"]) == rows.count()
        assert set(table["rows"][0]) == columns


def test_the_json_can_be_read_by_a_machine(zofia):
    inside = unpacked(copy_for(participant=zofia.participant, by=BY, now=LATER))

    said = json.loads(inside["everything.json"])

    people = next(one for one in said["tables"] if one["model"] == "participants.Participant")
    assert people["rows"][0]["date_of_birth"] == "1977-05-03"
    assert said["about"] == zofia.participant.public_id


def test_a_manager_makes_a_copy_by_page_and_by_api_and_it_is_written_down(zofia):
    client = staff(Role.MANAGER)

    page = client.post(f"/staff/participants/{zofia.public_id}/personal-data/copy/")
    api = client.get(f"/api/v1/enrolments/{zofia.public_id}/copy/")

    assert "Zofiamarker Example" in unpacked(page.content)["everything.html"]
    assert "Zofiamarker Example" in api.content.decode()
    assert Look.objects.filter(page="copy", person=zofia.participant.public_id).count() == 2
    assert AuditEvent.objects.filter(verb="participant.copied").count() == 1


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PREPARER, Role.RESEARCHER, Role.AUDITOR])
def test_no_other_role_gets_a_copy(zofia, role):
    client = staff(role)

    answers = [
        client.post(f"/staff/participants/{zofia.public_id}/personal-data/copy/"),
        client.get(f"/staff/participants/{zofia.public_id}/personal-data/"),
        client.get(f"/api/v1/enrolments/{zofia.public_id}/copy/"),
        client.get(f"/api/v1/enrolments/{zofia.public_id}/looks/"),
    ]

    assert [one.status_code for one in answers] == [403] * 4
    assert not AuditEvent.objects.filter(verb="participant.copied").exists()


def test_in_another_pilot_there_is_no_such_person(zofia):
    manager = a_user("elsewhere@example.org", may_set_up_pilots=True)
    a_pilot(name="Harbour Cash Pilot", manager=manager)
    client = Client()
    client.force_login(manager)

    answers = [
        client.post(f"/staff/participants/{zofia.public_id}/personal-data/copy/"),
        client.get(f"/staff/participants/{zofia.public_id}/erase/"),
        client.post(f"/staff/participants/{zofia.public_id}/erase/", {"code": zofia.code}),
        client.get(f"/api/v1/enrolments/{zofia.public_id}/copy/"),
        client.get(f"/api/v1/enrolments/{zofia.public_id}/erasure/"),
        client.post(f"/api/v1/enrolments/{zofia.public_id}/erasure/"),
    ]

    assert [one.status_code for one in answers] == [404] * 6


def test_people_take_a_copy_from_their_own_page_and_from_nobody_elses(zofia):
    client = Client()
    session = client.session
    session["participant"] = zofia.participant.public_id
    session.save()
    quillon = zofia.pilot.enrolments.exclude(pk=zofia.pk).get()

    mine = client.post(f"/my/{zofia.public_id}/data/copy/")
    theirs = client.post(f"/my/{quillon.public_id}/data/copy/")

    assert "Zofiamarker" in unpacked(mine.content)["everything.json"]
    assert theirs.status_code == 404
    assert AuditEvent.objects.get(verb="participant.copied").by == "participant"


def test_people_read_who_has_looked_at_their_details(zofia):
    caseworker = staff(Role.CASEWORKER)
    caseworker.get(f"/staff/participants/{zofia.public_id}/")
    client = Client()
    session = client.session
    session["participant"] = zofia.participant.public_id
    session.save()

    page = client.get(f"/my/{zofia.public_id}/data/").content.decode()

    assert "Caseworker" in page
    assert "The page of one person" in page
    assert f"/my/{zofia.public_id}/data/" in client.get(f"/my/{zofia.public_id}/").content.decode()
