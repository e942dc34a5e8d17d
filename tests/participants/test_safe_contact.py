"""How a person may be reached: messages follow it; set by the person or by staff; payments do not
wait for it."""

import json
from datetime import UTC, datetime, time

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import Notice, SafeContact
from participants.operations.contact import set_safe_contact
from participants.operations.notices import send_next, tell
from payments.models import Disbursement, Instalment
from payments.queries import due_in, preview_of
from tests.factories import (
    BY,
    MANY_ROLES,
    NOON,
    a_member,
    a_pilot,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 3, 2, 19, tzinfo=UTC)
EVENINGS = {"from_time": time(18), "until_time": time(20)}


@pytest.fixture
def enrolment():
    pilot = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))
    return ready(an_enrolment(pilot, email="amina@example.org", phone="0800 000 0000"))


@pytest.fixture
def staff(client, enrolment):
    client.force_login(a_member(enrolment.pilot, Role.CASEWORKER, email="kim@example.org"))
    return client


@pytest.fixture
def own(client, enrolment):
    session = client.session
    session["participant"] = enrolment.participant.public_id
    session.save()
    return client


def reach(enrolment, way="email", *, now=NOON, **also):
    return set_safe_contact(participant=enrolment.participant, way=way, by=BY, now=now, **also)


def told(enrolment, *, now=NOON):
    return tell(participant=enrolment.participant, kind="came_back", by=BY, now=now)


def test_a_message_outside_the_safe_times_waits_for_the_next_of_them(enrolment):
    reach(enrolment, **EVENINGS)
    told(enrolment)

    at_noon, in_the_evening = send_next(by=BY, now=NOON), send_next(by=BY, now=EVENING)

    assert (at_noon, in_the_evening) == (False, True)
    assert len(mail.outbox) == 1


def test_a_worker_that_was_down_in_the_safe_time_waits_for_the_next_one(enrolment):
    reach(enrolment, **EVENINGS)
    told(enrolment)
    late = datetime(2026, 3, 2, 21, tzinfo=UTC)

    assert not send_next(by=BY, now=late)

    assert Notice.objects.get().wait_until == datetime(2026, 3, 3, 18, tzinfo=UTC)
    assert mail.outbox == []


def test_one_persons_safe_times_hold_back_nobody_elses_message(enrolment):
    reach(enrolment, **EVENINGS)
    told(enrolment)
    told(an_enrolment(enrolment.pilot, name="Ben Example", email="ben@example.org"))

    assert send_next(by=BY, now=NOON)

    assert [one.to for one in mail.outbox] == [["ben@example.org"]]


def test_what_waits_already_follows_what_is_said_now(enrolment):
    told(enrolment)

    reach(enrolment, **EVENINGS)

    assert not send_next(by=BY, now=NOON)
    reach(enrolment, "neither")
    assert Notice.objects.get().state == "shown"
    assert mail.outbox == []


def test_neither_way_leaves_the_message_on_their_page(enrolment):
    reach(enrolment, "neither")

    assert told(enrolment).state == "shown"


def test_a_text_goes_through_the_gateway_to_their_number(enrolment, settings):
    settings.TEXT_GATEWAY = "texts.example.org"
    reach(enrolment, "text")
    told(enrolment)

    send_next(by=BY, now=NOON)

    assert mail.outbox[0].to == ["08000000000@texts.example.org"]


def test_without_a_gateway_whoever_wants_texts_finds_it_on_their_page(enrolment):
    reach(enrolment, "text")

    assert told(enrolment).state == "shown"


@pytest.mark.parametrize("language", ["en", "cy", "fr", "ar", "pl", "uk", "es", "so"])
def test_a_discreet_message_names_neither_programme_nor_money(enrolment, settings, language):
    settings.DISCREET_FROM_EMAIL = "hello@example.org"
    type(enrolment.participant).objects.update(language=language)
    reach(enrolment, is_discreet=True)
    tell(participant=enrolment.participant, kind="bank_changed", by=BY, now=NOON)

    send_next(by=BY, now=NOON)

    (message,) = mail.outbox
    said = f"{message.subject} {message.body} {message.from_email}".casefold()
    assert message.from_email == "hello@example.org"
    for word in (enrolment.pilot.name.casefold(), "bank", "payment", "money", "£"):
        assert word not in said


def test_two_people_who_share_a_phone_may_each_be_texted(enrolment, settings):
    settings.TEXT_GATEWAY = "texts.example.org"
    other = an_enrolment(enrolment.pilot, name="Ben Example", phone="0800 000 0000")
    reach(other, "text", is_discreet=True)

    assert told(other).address == "08000000000@texts.example.org"


@pytest.mark.parametrize("way", ["text", "email"])
def test_a_way_that_leads_nowhere_is_refused_in_words_and_nothing_is_kept(enrolment, way):
    other = an_enrolment(enrolment.pilot, name="Quiet Example")

    with pytest.raises(Invalid, match="Choose another way"):
        reach(other, way)

    assert not SafeContact.objects.exists()


def test_waiting_for_a_safe_time_never_holds_a_payment(enrolment):
    before = list(Instalment.objects.order_by("pk").values())
    reach(enrolment, days="7")
    told(enrolment)

    run = an_approved_run(enrolment.pilot)

    assert list(Instalment.objects.order_by("pk").values()) == before
    assert run.state == "approved"
    assert Disbursement.objects.get().held_reason == ""
    assert Notice.objects.get().state == "waiting"


def test_no_query_of_a_pay_run_asks_how_a_person_is_reached(enrolment):
    reach(enrolment, "neither", days="7", is_discreet=True)

    with CaptureQueriesContext(connection) as asked:
        found = list(due_in(enrolment.pilot.funds.get(), NOON.date(), NOON))
        preview = preview_of(an_approved_run(enrolment.pilot))

    assert (len(found), preview is None) == (1, False)
    assert not [one for one in asked.captured_queries if "safecontact" in one["sql"]]


FORM = {"way": "text", "days": ["1", "3"], "from_time": "09:30", "until_time": "12:00"}


def test_the_person_sets_it_on_their_own_page(own, enrolment):
    page = f"/my/{enrolment.public_id}/contact/"

    answer = own.post(page, FORM | {"is_discreet": "on"}, follow=True)

    kept = SafeContact.objects.get()
    assert (kept.way, kept.days, kept.from_time, kept.is_discreet) == (
        "text",
        "13",
        time(9, 30),
        True,
    )
    assert kept.set_by == "participant"
    assert 'value="09:30"' in answer.content.decode()


def test_staff_set_it_for_them(staff, enrolment):
    answer = staff.post(f"/staff/participants/{enrolment.public_id}/contact/", FORM)

    assert answer.status_code == 302
    assert SafeContact.objects.get().set_by == a_user("kim@example.org").public_id


@pytest.mark.parametrize(
    "wrong",
    [{"days": []}, {"until_time": "09:00"}, {"until_time": ""}, {"way": "pigeon"}],
    ids=lambda one: next(iter(one)),
)
def test_what_cannot_be_is_explained_on_the_page_and_nothing_is_kept(own, enrolment, wrong):
    answer = own.post(f"/my/{enrolment.public_id}/contact/", FORM | wrong)

    assert answer.status_code == 400
    assert not SafeContact.objects.exists()


@pytest.mark.parametrize("who", ["staff", "own"])
def test_it_is_set_and_read_by_api(request, enrolment, who):
    browser = request.getfixturevalue(who)
    place = {
        "staff": f"/api/v1/enrolments/{enrolment.public_id}/safe-contact/",
        "own": f"/api/v1/my/{enrolment.public_id}/safe-contact/",
    }[who]
    sent = {"way": "email", "days": "67", "is_discreet": True}

    answer = browser.post(place, json.dumps(sent), content_type="application/json")

    assert answer.status_code == 201, answer.content
    assert browser.get(place).json() == sent | {"from_time": None, "until_time": None}


def test_somebody_elses_is_not_there(own, enrolment):
    other = an_enrolment(enrolment.pilot, name="Ben Example")

    answers = [
        own.get(f"/my/{other.public_id}/contact/"),
        own.get(f"/api/v1/my/{other.public_id}/safe-contact/"),
        own.post(f"/api/v1/my/{other.public_id}/safe-contact/", {"way": "neither"}),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]
    assert not SafeContact.objects.exists()


@pytest.mark.parametrize("role", [Role.PREPARER, Role.APPROVER, Role.RESEARCHER, Role.AUDITOR])
def test_roles_that_do_not_see_people_do_not_see_how_to_reach_them(client, enrolment, role):
    client.force_login(a_member(enrolment.pilot, role, email="small@example.org"))

    answers = [
        client.get(f"/staff/participants/{enrolment.public_id}/contact/"),
        client.get(f"/api/v1/enrolments/{enrolment.public_id}/safe-contact/"),
    ]

    assert [one.status_code for one in answers] == [403, 403]


def test_another_pilots_staff_find_nothing(client, enrolment):
    other = a_pilot(name="Harbour", manager=a_user("noor@example.org", may_set_up_pilots=True))
    client.force_login(a_member(other, *MANY_ROLES, email="noor@example.org"))

    answers = [
        client.get(f"/staff/participants/{enrolment.public_id}/contact/"),
        client.post(f"/api/v1/enrolments/{enrolment.public_id}/safe-contact/", {"way": "text"}),
    ]

    assert [one.status_code for one in answers] == [404, 404]
    assert not SafeContact.objects.exists()


def test_the_audit_says_that_it_was_set_and_not_how(enrolment):
    reach(enrolment, "neither", days="2")

    event = AuditEvent.objects.get(verb="safe contact.set")
    assert event.detail == {}


def test_what_was_said_is_never_changed(enrolment):
    reach(enrolment, "neither")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute("UPDATE participants_safecontact SET way = 'email'")


@pytest.mark.parametrize(
    "wrong", [{"days": "21"}, {"days": ""}, {"from_time": time(9)}, {"until_time": time(9)}]
)
def test_the_database_refuses_times_that_cannot_be(enrolment, wrong):
    said = {
        "participant": enrolment.participant,
        "time_zone": "Europe/London",
        "set_by": BY,
        "set_at": NOON,
    }

    with pytest.raises(DatabaseError), transaction.atomic():
        SafeContact.objects.create(**said | wrong)
