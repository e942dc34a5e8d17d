"""The better-off conversation and the benefits record: facts with their source, and no payment."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cashpilot.core.access import Role
from cashpilot.core.refusals import Invalid
from participants.models import BenefitNote, BetterOffTalk
from participants.models.benefits import FACTS, facts_for
from participants.operations.benefits import note_benefit, record_talk
from payments.models import Hold, Instalment
from tests.factories import BY, MANY_ROLES, NOON, a_member, a_pilot, a_user, an_enrolment, ready
from tests.test_pages import problems_beside, text_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 2, 27)
ALL = [one.key for one in facts_for("england-and-wales")]


@pytest.fixture
def enrolment():
    return ready(an_enrolment(a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True))))


@pytest.fixture
def staff(client, enrolment):
    client.force_login(a_member(enrolment.pilot, Role.CASEWORKER, email="kim@example.org"))
    return client


def talk(enrolment, outcome="goes_ahead", **also):
    said = {"held_on": DAY, "held_with": "Rhian Example", "facts_told": ALL, **also}
    return record_talk(enrolment=enrolment, outcome=outcome, **said, by=BY, now=NOON)


def note(enrolment, **also):
    said = {"kind": "waiver", "programme": "Housing support", "noted_on": DAY, **also}
    return note_benefit(enrolment=enrolment, **said, by=BY, now=NOON)


@pytest.mark.parametrize("outcome", BetterOffTalk.Outcome.values)
def test_whatever_the_outcome_no_payment_changes(enrolment, outcome):
    before = list(Instalment.objects.values())

    kept = talk(enrolment, outcome)

    assert (kept.held_on, kept.held_with, kept.outcome) == (DAY, "Rhian Example", outcome)
    assert list(Instalment.objects.values()) == before
    assert not Hold.objects.exists()


def test_nobody_goes_ahead_before_every_fact_was_told(enrolment):
    with pytest.raises(Invalid, match="Tell every fact first"):
        talk(enrolment, facts_told=ALL[:-1])

    assert not BetterOffTalk.objects.exists()


def test_who_wants_time_need_not_have_heard_everything(enrolment):
    assert talk(enrolment, "wants_time", facts_told=ALL[:1]).facts_told == ALL[:1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"held_on": NOON.date() + timedelta(days=1)}, "still to come"),
        ({"held_with": " "}, "needed"),
        ({"held_with": "x" * 121}, "at most 120"),
        ({"outcome": "sent away"}, "none of these"),
    ],
)
def test_a_talk_that_cannot_have_been_is_refused(enrolment, words, says):
    with pytest.raises(Invalid, match=says):
        talk(enrolment, **words)

    assert not BetterOffTalk.objects.exists()


def test_every_fact_has_a_source_and_a_date_and_none_is_advice():
    words = " ".join(str(one.words) for one in FACTS).lower()

    assert all(str(one.source) and one.noted_on for one in FACTS)
    assert not [advice for advice in ("should", "we recommend", "must") if advice in words]
    assert {one.country for one in facts_for("united-states")} == {"", "US"}


def test_staff_write_a_conversation_and_a_waiver_down_by_page(staff, enrolment):
    where = f"/staff/participants/{enrolment.public_id}/benefits/"
    shown = text_of(staff.get(where))
    on = {"talk-held_on_day": "27", "talk-held_on_month": "2", "talk-held_on_year": "2026"}
    said = {"talk-held_with": "Rhian Example", "talk-outcome": "goes_ahead", **on}

    heard = staff.post(f"{where}talk/", {**said, "talk-facts_told": ALL}, follow=True)
    staff.post(
        f"{where}note/",
        {"note-kind": "waiver", "note-programme": "Housing support", "note-noted_on": "2026-02-27"},
    )

    assert "check with a benefits adviser" in shown
    assert "£16,000" in shown
    assert "They go ahead" in text_of(heard)
    assert "A waiver: the office leaves the cash out" in text_of(staff.get(where))
    person = text_of(staff.get(f"/staff/participants/{enrolment.public_id}/"))
    assert "Better-off conversation on Friday 27 February 2026: They go ahead." in person


def test_the_person_page_says_that_the_conversation_is_the_next_step(staff, enrolment):
    page = text_of(staff.get(f"/staff/participants/{enrolment.public_id}/"))

    assert "Next step: the better-off conversation." in page


def test_a_fact_left_out_is_said_beside_the_facts(staff, enrolment):
    said = {"talk-held_with": "Rhian", "talk-outcome": "goes_ahead", "talk-held_on": "2026-02-27"}

    answer = staff.post(f"/staff/participants/{enrolment.public_id}/benefits/talk/", said)

    assert answer.status_code == 400
    assert problems_beside(answer.content.decode(), "talk-facts_told")
    assert not BetterOffTalk.objects.exists()


def test_the_api_writes_down_and_lists_both(staff, enrolment):
    base = f"/api/v1/enrolments/{enrolment.public_id}/"
    said = {"held_on": "2026-02-27", "held_with": "Rhian Example", "outcome": "wants_time"}
    about = {"kind": "letter_came", "programme": "Housing support", "noted_on": "2026-02-27"}

    made = staff.post(f"{base}better-off-talks/", said), staff.post(f"{base}benefit-notes/", about)

    assert [one.status_code for one in made] == [201, 201]
    assert staff.get(f"{base}better-off-talks/").json()[0]["outcome"] == "wants_time"
    assert staff.get(f"{base}benefit-notes/").json()[0]["programme"] == "Housing support"


def test_who_may_not_enrol_sees_nothing_of_it_and_a_stranger_finds_nothing(client, enrolment):
    talk(enrolment)
    base = f"/staff/participants/{enrolment.public_id}/benefits/"
    api = f"/api/v1/enrolments/{enrolment.public_id}/"
    client.force_login(a_member(enrolment.pilot, Role.AUDITOR, email="ada@example.org"))
    small = [client.get(one).status_code for one in (base, f"{api}better-off-talks/")]
    noor = a_user("noor@example.org", may_set_up_pilots=True)
    there = a_pilot(name="Harbour Cash Pilot", manager=noor)
    client.force_login(a_member(there, *MANY_ROLES, email="noor@example.org"))

    stranger = [client.get(one).status_code for one in (base, f"{api}benefit-notes/")]

    assert (small, stranger) == ([403, 403], [404, 404])


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE participants_betterofftalk SET outcome = 'declines'",
        "DELETE FROM participants_betterofftalk",
        "UPDATE participants_benefitnote SET kind = 'no_waiver'",
        "DELETE FROM participants_benefitnote",
    ],
)
def test_what_was_written_down_cannot_be_changed_by_anybody(enrolment, attack):
    talk(enrolment)
    note(enrolment)
    before = list(BetterOffTalk.objects.values()), list(BenefitNote.objects.values())

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack)

    assert (list(BetterOffTalk.objects.values()), list(BenefitNote.objects.values())) == before
