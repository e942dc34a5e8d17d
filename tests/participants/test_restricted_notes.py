"""Restricted notes: safeguarding leads read and write them; nobody else learns that there are
any."""

import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.audit import open_events
from cashpilot.core.models import AuditEvent, KeptAnswer
from cashpilot.core.refusals import Invalid
from participants.models import RestrictedNote
from participants.operations.safeguarding import write_restricted_note
from tests.factories import BY, MANY_ROLES, NOON, a_member, a_pilot, a_user, an_enrolment

pytestmark = pytest.mark.django_db
WORDS = "Somebody at home reads her letters"
OTHERS = [role for role in Role if role != Role.SAFEGUARDING_LEAD]


@pytest.fixture
def enrolment():
    return an_enrolment(a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True)))


def signed_in(pilot, *roles, email="one@example.org"):
    browser = Client()
    browser.force_login(a_member(pilot, *roles, email=email))
    return browser


@pytest.fixture
def lead(enrolment):
    return signed_in(enrolment.pilot, Role.SAFEGUARDING_LEAD, email="lead@example.org")


def write(enrolment, **also):
    said = {"body": WORDS, "by": BY, "now": NOON, **also}
    return write_restricted_note(enrolment=enrolment, **said)


def page_of(enrolment):
    return f"/staff/participants/{enrolment.public_id}/restricted-notes/"


def api_of(enrolment):
    return f"/api/v1/enrolments/{enrolment.public_id}/restricted-notes/"


def test_a_lead_writes_a_note_on_the_page_and_reads_it_there(lead, enrolment):
    answer = lead.post(page_of(enrolment), {"body": f"{WORDS}.\nCall her at work."}, follow=True)

    shown = answer.content.decode()
    assert f"{WORDS}.<br>Call her at work." in shown
    assert RestrictedNote.objects.get().written_by == a_user("lead@example.org").public_id


def test_a_lead_writes_by_api_and_no_kept_answer_holds_the_words(lead, enrolment):
    sent = lead.post(
        api_of(enrolment),
        json.dumps({"body": WORDS}),
        content_type="application/json",
        headers={"Idempotency-Key": "note-1"},
    )

    assert sent.status_code == 201
    assert [one["body"] for one in lead.get(api_of(enrolment)).json()] == [WORDS]
    assert WORDS not in KeptAnswer.objects.get().body


def test_a_correction_is_a_new_note_that_names_the_old_one(lead, enrolment):
    first = write(enrolment)

    lead.post(page_of(enrolment), {"body": "It was her cousin", "corrects": first.public_id})

    second = RestrictedNote.objects.get(corrects=first)
    assert (second.body, RestrictedNote.objects.get(pk=first.pk).body) == (
        "It was her cousin",
        WORDS,
    )


@pytest.mark.parametrize("role", OTHERS)
def test_every_other_role_is_told_the_same_with_or_without_a_note(role, enrolment):
    browser = signed_in(enrolment.pilot, role)
    places = [page_of(enrolment), api_of(enrolment)]
    before = [browser.get(place).content for place in places]
    write(enrolment)

    after = [browser.get(place) for place in places]

    assert [one.status_code for one in after] == [403, 403]
    assert [one.content for one in after] == before


@pytest.mark.parametrize("role", OTHERS)
def test_no_other_role_can_write_one(role, enrolment):
    browser = signed_in(enrolment.pilot, role)

    answers = [browser.post(place, {"body": WORDS}) for place in map_of(enrolment)]

    assert [one.status_code for one in answers] == [403, 403]
    assert not RestrictedNote.objects.exists()


def map_of(enrolment):
    return page_of(enrolment), api_of(enrolment)


def test_a_lead_of_another_pilot_finds_nothing(enrolment):
    write(enrolment)
    other = a_pilot(name="Harbour", manager=a_user("noor@example.org", may_set_up_pilots=True))
    browser = signed_in(other, *MANY_ROLES, email="noor@example.org")

    answers = [browser.get(place) for place in map_of(enrolment)]

    assert [one.status_code for one in answers] == [404, 404]
    assert not any(WORDS in one.content.decode() for one in answers)


def test_a_manager_who_is_a_lead_too_reads_them(enrolment):
    write(enrolment)
    browser = signed_in(
        enrolment.pilot,
        Role.MANAGER,
        Role.CASEWORKER,
        Role.SAFEGUARDING_LEAD,
        email="m@example.org",
    )

    assert WORDS in browser.get(page_of(enrolment)).content.decode()


def test_the_audit_says_that_a_note_was_written_and_neither_about_whom_nor_what(enrolment):
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    note = write(enrolment)

    with connection.cursor() as cursor:
        cursor.execute("SELECT t.id, t::text FROM core_auditevent t")
        rows = [text for pk, text in cursor.fetchall() if pk not in before]

    (row,) = rows
    assert "restricted note.written" in row
    for secret in (WORDS, enrolment.public_id, enrolment.participant.public_id, enrolment.code):
        assert secret not in row
    assert not open_events().filter(subject__contains=note.public_id).exists()


def test_a_note_is_never_changed_nor_deleted(enrolment):
    note = write(enrolment)

    for attack in ("UPDATE participants_restrictednote SET body = 'x'", "DELETE FROM"):
        sql = attack if "SET" in attack else f"{attack} participants_restrictednote"
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(sql)

    note.refresh_from_db()
    assert note.body == WORDS


def test_a_note_cannot_correct_one_about_somebody_else(lead, enrolment):
    other = write(an_enrolment(enrolment.pilot, name="Ben Example"))

    answer = lead.post(api_of(enrolment), {"body": "No", "corrects": other.public_id})

    assert answer.status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        write(enrolment, corrects=other)
    assert RestrictedNote.objects.count() == 1


@pytest.mark.parametrize("body", ["", "   \n", "x" * 5001])
def test_no_words_or_too_many_are_refused_and_nothing_is_kept(lead, enrolment, body):
    page, api = (
        lead.post(page_of(enrolment), {"body": body}),
        lead.post(api_of(enrolment), {"body": body}),
    )

    assert (page.status_code, api.status_code) == (400, 400)
    with pytest.raises(Invalid):
        write(enrolment, body=body)
    assert not RestrictedNote.objects.exists()


def test_marks_that_turn_the_direction_of_words_are_taken_out(enrolment):
    assert write(enrolment, body="Call \u202eher\u202c first").body == "Call her first"
