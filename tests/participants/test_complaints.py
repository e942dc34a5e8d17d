"""Problems and complaints: whoever takes part can make them, somebody they are not about looks into
them, and the person reads the answer."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.calendars import working_days_of
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import IllegalMove, Invalid, NotAllowed, NotFound, Refused
from participants.lifecycles import COMPLAINT
from participants.models import Complaint, ComplaintStep, Notice
from participants.operations import complaints
from participants.operations.notices import send_next
from participants.queries.complaints import complaint_for, is_overdue, waiting_complaints
from participants.rules.complaints import due_after
from tests.factories import BY, MANY_ROLES, NOON, a_member, a_pilot, a_user, an_enrolment

pytestmark = pytest.mark.django_db
WHO = {"by": BY, "now": NOON}


@pytest.fixture
def pilot():
    made = a_pilot(manager=a_user("mona@example.org", may_set_up_pilots=True, first_name="Mona"))
    a_member(made, Role.CASEWORKER, email="kim@example.org")
    a_member(made, Role.SAFEGUARDING_LEAD, email="lead@example.org")
    return made


@pytest.fixture
def enrolment(pilot):
    return an_enrolment(pilot, email="amina@example.org")


@pytest.fixture
def kim():
    return a_user("kim@example.org")


@pytest.fixture
def mona():
    return a_user("mona@example.org")


@pytest.fixture
def lead():
    return a_user("lead@example.org")


def made(enrolment, kind="other", **also):
    said = {"kind": kind, "body": "Nobody called me back", "how": "phone", **WHO, **also}
    return complaints.make_complaint(enrolment=enrolment, **said)


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    return browser


def own_browser(enrolment):
    browser = Client()
    session = browser.session
    session["participant"] = enrolment.participant.public_id
    session.save()
    return browser


def test_a_complaint_gets_an_owner_and_a_day_ten_working_days_off(pilot, enrolment, mona):
    one = made(enrolment)

    assert (one.state, one.owner, one.due_on) == ("open", mona, date(2026, 3, 16))


def test_holidays_of_the_nation_are_no_working_days():
    days = working_days_of("england-and-wales")

    assert due_after(date(2026, 4, 1), 3, days) == date(2026, 4, 8)


def test_the_pilot_sets_how_soon_and_it_holds_from_then_on(pilot, enrolment):
    before = made(enrolment)

    complaints.set_complaint_days(pilot=pilot, days=5, **WHO)

    after = made(enrolment)
    assert (before.due_on, after.due_on) == (date(2026, 3, 16), date(2026, 3, 9))


@pytest.mark.parametrize("days", [0, 61, -3])
def test_days_that_help_nobody_are_refused_by_the_database_too(pilot, days):
    with pytest.raises(Invalid, match="1 to 60"):
        complaints.set_complaint_days(pilot=pilot, days=days, **WHO)

    with pytest.raises(DatabaseError), transaction.atomic():
        type(pilot).objects.update(complaint_days=days)
    pilot.refresh_from_db()
    assert pilot.complaint_days == 10


@pytest.mark.parametrize("arm", ["cash", "services"])
def test_whoever_takes_part_makes_one_on_their_own_page_and_reads_the_answer(pilot, arm, mona):
    person = an_enrolment(pilot, arm=arm, email="ben@example.org")
    browser, page = own_browser(person), f"/my/{person.public_id}/problems/"
    browser.post(page, {"kind": "other", "body": "The office was closed"})
    one = Complaint.objects.get()

    complaints.answer(complaint=one, words="It opens at nine. We are sorry.", **WHO)

    shown = browser.get(page).content.decode()
    assert one.how == "own_page"
    assert "The office was closed" in shown
    assert "It opens at nine. We are sorry." in shown
    assert Notice.objects.get().kind == "answered"


def test_the_answer_is_told_without_its_words(enrolment):
    complaints.answer(complaint=made(enrolment), words="It opens at nine", **WHO)

    send_next(**WHO)

    assert "nine" not in mail.outbox[0].body


def test_a_caseworker_writes_one_down_by_telephone(enrolment, kim):
    browser = browser_of(kim)
    page = f"/staff/participants/{enrolment.public_id}/problems/"

    browser.post(page, {"kind": "payment", "how": "phone", "body": "My statement is wrong"})

    one = Complaint.objects.get()
    assert (one.made_by, one.how, one.kind) == (kim.public_id, "phone", "payment")
    assert "Something about a payment" in browser.get(page).content.decode()


def test_the_person_says_that_it_is_not_settled_and_it_waits_again_by_a_new_day(enrolment):
    one = made(enrolment)
    complaints.answer(complaint=one, words="It opens at nine", **WHO)
    browser = own_browser(enrolment)

    page = f"/my/{enrolment.public_id}/problems/"
    browser.post(f"{page}{one.public_id}/", {"says": "not"})

    one.refresh_from_db()
    assert one.state == "reopened"
    assert one.due_on > date(2026, 3, 16)
    assert "opens at nine" not in browser.get(page).content.decode()


def test_the_person_says_that_it_is_settled(enrolment):
    one = made(enrolment)
    complaints.answer(complaint=one, words="Done", **WHO)

    own_browser(enrolment).post(
        f"/my/{enrolment.public_id}/problems/{one.public_id}/", {"says": "settled"}
    )

    one.refresh_from_db()
    assert one.state == "closed"


def test_every_move_of_the_table_is_made_by_an_operation_and_no_other(enrolment, kim):
    deeds = {
        "looked_at": lambda one: complaints.take_up(complaint=one, person=kim, **WHO),
        "answered": lambda one: complaints.answer(complaint=one, words="x", **WHO),
        "closed": lambda one: complaints.close(complaint=one, **WHO),
        "reopened": lambda one: complaints.reopen(complaint=one, words="x", **WHO),
    }
    ways = {
        "open": [],
        "looked_at": ["looked_at"],
        "answered": ["answered"],
        "closed": ["answered", "closed"],
        "reopened": ["answered", "reopened"],
    }

    for state, way in ways.items():
        for deed, act in deeds.items():
            one = made(enrolment)
            for step in way:
                deeds[step](one)
            if COMPLAINT.allows(state, deed):
                act(one)
                assert one.state == deed
            else:
                with pytest.raises(IllegalMove):
                    act(one)
                assert Complaint.objects.get(pk=one.pk).state == state


# Whom it is about


def test_whom_it_is_about_neither_owns_nor_sees_it(enrolment, mona, kim, lead):
    one = made(enrolment, kind="staff", about=mona)

    assert one.owner == lead
    for user, is_seen in ((mona, False), (kim, False), (lead, True)):
        assert (one in waiting_complaints(user)) is is_seen


def test_whom_it_is_about_finds_it_on_no_page_and_in_no_answer_of_the_api(enrolment, mona):
    one = made(enrolment, kind="staff", about=mona)
    browser = browser_of(mona)
    places = [
        "/staff/",
        "/staff/problems/",
        f"/staff/participants/{enrolment.public_id}/problems/",
        f"/staff/problems/{one.public_id}/",
        "/api/v1/complaints/",
        f"/api/v1/complaints/{one.public_id}/",
        f"/api/v1/enrolments/{enrolment.public_id}/complaints/",
    ]

    answers = [browser.get(place) for place in places]

    assert [one.status_code for one in answers] == [200, 200, 200, 404, 200, 404, 200]
    assert not [one for one in answers if "Nobody called me back" in one.content.decode()]
    assert not [one for one in answers if "How somebody treated them: " in one.content.decode()]


@pytest.mark.parametrize("verb", ["take-up", "hand-over", "about", "answer", "close", "reopen"])
def test_whom_it_is_about_can_do_nothing_with_it(enrolment, mona, verb):
    one = made(enrolment, about=mona)
    before = list(ComplaintStep.objects.all())
    browser = browser_of(mona)

    answers = [
        browser.post(f"/staff/problems/{one.public_id}/{verb}/", {f"{verb}-words": "x"}),
        browser.post(
            f"/api/v1/complaints/{one.public_id}/{verb}/",
            {"words": "x", "to": mona.public_id, "about": mona.public_id},
        ),
    ]

    assert [one.status_code for one in answers] == [404, 404]
    assert list(ComplaintStep.objects.all()) == before


def test_the_operations_refuse_them_too(enrolment, mona, kim, lead):
    one = made(enrolment, about=mona)
    theirs = {"by": mona.public_id, "now": NOON}

    for deed in (
        lambda: complaints.take_up(complaint=one, person=mona, **theirs),
        lambda: complaints.answer(complaint=one, words="x", **theirs),
        lambda: complaints.close(complaint=one, **theirs),
        lambda: complaints.reopen(complaint=one, words="x", **theirs),
        lambda: complaints.hand_over(complaint=one, to=lead, words="x", **theirs),
        lambda: complaints.say_whom_it_is_about(complaint=one, about=kim, **theirs),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert not ComplaintStep.objects.exists()


def test_it_is_never_handed_to_whom_it_is_about(enrolment, mona, lead):
    one = made(enrolment, about=mona)

    with pytest.raises(Invalid):
        complaints.hand_over(complaint=one, to=mona, words="Yours", **WHO)

    assert Complaint.objects.get().owner == lead


def test_the_database_refuses_an_owner_whom_it_is_about(enrolment, mona):
    made(enrolment, about=mona)

    with pytest.raises(DatabaseError, match="nobody_owns_a_complaint"), transaction.atomic():
        Complaint.objects.update(owner=mona)


def test_once_it_is_known_whom_it_is_about_they_lose_it(enrolment, mona, lead):
    one = made(enrolment)
    assert one.owner == mona

    complaints.say_whom_it_is_about(complaint=one, about=mona, by=lead.public_id, now=NOON)

    assert Complaint.objects.get().owner == lead
    with pytest.raises(NotFound):
        complaint_for(mona, one.public_id)


def test_a_caseworker_it_was_handed_to_sees_it_and_others_do_not(enrolment, kim, lead):
    one = made(enrolment, kind="staff")

    with pytest.raises(Invalid):
        complaints.hand_over(complaint=one, to=kim, words="Please", **WHO)

    complaints.hand_over(complaint=one, to=lead, words="Please", **WHO)
    assert complaint_for(lead, one.public_id).owner == lead
    with pytest.raises(NotFound):
        complaint_for(kim, one.public_id)


def test_where_the_only_manager_is_meant_somebody_else_owns_it():
    here = a_pilot(name="Harbour", manager=a_user("noor@example.org", may_set_up_pilots=True))
    caseworker = a_member(here, Role.CASEWORKER, email="cas@example.org")

    one = made(an_enrolment(here), kind="staff", about=a_user("noor@example.org"))

    assert one.owner == caseworker
    assert complaint_for(caseworker, one.public_id) == one


# What staff do


def test_it_is_taken_up_handed_over_answered_and_closed_by_page(enrolment, mona, kim):
    one = made(enrolment)
    browser, page = browser_of(kim), f"/staff/problems/{one.public_id}/"
    browser.post(f"{page}take-up/")
    browser.post(
        f"{page}hand-over/", {"hand-over-to": mona.public_id, "hand-over-words": "You know her"}
    )
    browser.post(f"{page}answer/", {"answer-words": "We will call on Monday"})
    browser.post(f"{page}close/")

    one.refresh_from_db()
    assert (one.state, one.owner) == ("closed", mona)
    steps = [(step.what, step.words) for step in one.steps.order_by("pk")]
    assert steps == [
        ("taken_up", ""),
        ("handed_over", "You know her"),
        ("answered", "We will call on Monday"),
        ("closed", ""),
    ]


def test_the_same_by_api(enrolment, mona, kim):
    browser = browser_of(kim)
    sent = {"kind": "other", "body": "The office was closed", "how": "in_person"}
    one = browser.post(f"/api/v1/enrolments/{enrolment.public_id}/complaints/", sent).json()
    place = f"/api/v1/complaints/{one['public_id']}"
    said = {"to": mona.public_id, "words": "You know her"}

    answers = [
        browser.post(f"{place}/take-up/"),
        browser.post(f"{place}/hand-over/", said),
        browser.post(f"{place}/answer/", {"words": "At nine"}),
        browser.post(f"{place}/close/"),
        browser.post(f"{place}/reopen/", {"words": "She called again"}),
    ]

    assert [one.status_code for one in answers] == [200] * 5, [one.content for one in answers]
    assert browser.get(f"{place}/").json()["state"] == "reopened"
    (listed,) = browser.get("/api/v1/complaints/").json()["results"]
    assert [step["what"] for step in listed["steps"]][-1] == "reopened"


def test_the_person_by_api(enrolment):
    browser, place = own_browser(enrolment), f"/api/v1/my/{enrolment.public_id}/complaints/"
    one = browser.post(place, {"kind": "other", "body": "The office was closed"}).json()
    complaints.answer(complaint=Complaint.objects.get(), words="At nine", **WHO)

    (read,) = browser.get(place).json()
    settled = browser.post(f"{place}{one['public_id']}/", {"is_settled": True})

    assert (read["state"], read["answer"]) == ("answered", "At nine")
    assert "owner" not in read
    assert settled.json()["state"] == "closed"


def test_an_answered_one_is_not_handed_over(enrolment, kim):
    one = made(enrolment)
    complaints.answer(complaint=one, words="x", **WHO)

    with pytest.raises(Refused, match="Reopen it first"):
        complaints.hand_over(complaint=one, to=kim, words="x", **WHO)


def test_the_list_begins_with_what_is_overdue(enrolment, mona):
    old = made(enrolment, now=datetime(2026, 2, 2, tzinfo=UTC))
    new = made(enrolment)

    assert list(waiting_complaints(mona)) == [old, new]
    assert is_overdue(old, NOON.date())
    assert not is_overdue(new, NOON.date())


@pytest.mark.parametrize("role", [Role.PREPARER, Role.APPROVER, Role.RESEARCHER, Role.AUDITOR])
def test_roles_that_do_not_look_into_complaints_see_none(enrolment, role):
    one = made(enrolment)
    browser = browser_of(a_member(enrolment.pilot, role, email="small@example.org"))

    answers = [
        browser.get(f"/staff/problems/{one.public_id}/"),
        browser.get(f"/api/v1/complaints/{one.public_id}/"),
        browser.get(f"/staff/participants/{enrolment.public_id}/problems/"),
        browser.get(f"/api/v1/enrolments/{enrolment.public_id}/complaints/"),
    ]

    assert [one.status_code for one in answers] == [404, 404, 403, 403]
    assert "Nobody called" not in browser.get("/staff/problems/").content.decode()


def test_another_pilots_staff_and_another_person_find_nothing(enrolment):
    one = made(enrolment)
    other = a_pilot(name="Harbour", manager=a_user("noor@example.org", may_set_up_pilots=True))
    staff = browser_of(a_member(other, *MANY_ROLES, email="noor@example.org"))
    stranger = own_browser(an_enrolment(enrolment.pilot, name="Ben Example"))

    answers = [
        staff.get(f"/staff/problems/{one.public_id}/"),
        staff.post(f"/staff/problems/{one.public_id}/take-up/"),
        staff.get(f"/api/v1/complaints/{one.public_id}/"),
        staff.get(f"/api/v1/pilots/{enrolment.pilot.public_id}/complaint-days/"),
        stranger.get(f"/my/{enrolment.public_id}/problems/"),
        stranger.post(f"/my/{enrolment.public_id}/problems/{one.public_id}/"),
        stranger.get(f"/api/v1/my/{enrolment.public_id}/complaints/"),
    ]

    assert {one.status_code for one in answers} == {404}
    assert not ComplaintStep.objects.exists()


def test_only_the_manager_sets_how_soon(pilot, kim, mona):
    page = f"/staff/pilots/{pilot.public_id}/complaint-days/"
    api = f"/api/v1/pilots/{pilot.public_id}/complaint-days/"

    refused = [browser_of(kim).post(place, {"days": 3}) for place in (page, api)]
    done = browser_of(mona).post(api, {"days": 3})

    assert [one.status_code for one in refused] == [403, 403]
    assert browser_of(kim).get(api).json() == done.json() == {"days": 3}


@pytest.mark.parametrize(
    "wrong",
    [{"body": ""}, {"body": "x" * 5001}, {"kind": "weather"}, {"about": "usr_nobody"}],
    ids=lambda one: next(iter(one)),
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_kept(enrolment, kim, wrong):
    said = {"kind": "other", "body": "Closed", "how": "phone", **wrong}
    browser = browser_of(kim)

    answers = [
        browser.post(f"/staff/participants/{enrolment.public_id}/problems/", said),
        browser.post(f"/api/v1/enrolments/{enrolment.public_id}/complaints/", said),
    ]

    assert [one.status_code for one in answers] == [400, 400]
    assert not Complaint.objects.exists()


def test_what_was_told_and_done_is_never_changed(enrolment):
    one = made(enrolment)
    complaints.answer(complaint=one, words="x", **WHO)

    for attack in (
        "UPDATE participants_complaint SET body = 'other'",
        "UPDATE participants_complaintstep SET words = 'other'",
        "DELETE FROM participants_complaintstep",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(attack)


def test_the_audit_holds_no_words(enrolment, mona):
    one = made(enrolment, about=mona)
    complaints.answer(complaint=one, words="It opens at nine", **WHO)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM core_auditevent t")
        (dump,) = cursor.fetchone()

    assert "Nobody called" not in dump
    assert "opens at nine" not in dump
    assert AuditEvent.objects.filter(verb="complaint.answered").count() == 1


def test_words_in_any_direction_and_of_any_script_come_in(enrolment):
    one = made(enrolment, body="لم يتصل بي أحد\n\u202eevil\u202c 🙂")

    assert one.body == "لم يتصل بي أحد\nevil 🙂"
