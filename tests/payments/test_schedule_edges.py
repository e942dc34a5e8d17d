"""What staff do to payments to come, by page and by API; and what the person then reads."""

import json
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cashpilot.core.access import Role
from participants.operations.sign_in import issue_link
from payments.models import Amendment, AwardTerms, Hold
from payments.operations import schedules
from tests.factories import BY, NOON, a_member, a_pilot, an_enrolment, ready
from tests.payments.schedule_world import days_of, sums_of, who

pytestmark = pytest.mark.django_db
ONE = 36_000
SOON = timezone.localdate().replace(day=1, year=timezone.localdate().year + 1)


@pytest.fixture
def to_come():
    """Somebody whose first payment lies a year ahead, so that the clock is never in the way."""
    return ready(an_enrolment(a_pilot(count=6, first_date=SOON)))


@pytest.fixture
def manager(to_come):
    browser = Client()
    browser.force_login(a_member(to_come.pilot, Role.MANAGER, email="mona@example.org"))
    return browser


def page_of(enrolment, verb=""):
    return f"/staff/participants/{enrolment.public_id}/payments/{verb}"


def api(browser, enrolment, verb, **body):
    path = f"/api/v1/enrolments/{enrolment.public_id}/schedule/{verb}/"
    return browser.post(path, json.dumps(body), content_type="application/json")


def dated(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def text_of(response):
    return " ".join(response.content.decode().split())


def test_every_change_is_made_by_page(manager, to_come):
    award = to_come.award
    top_up = {"top-up-amount_minor": "50", "top-up-reason": "A boiler"}
    manager.post(page_of(to_come, "top-up/"), top_up | dated("top-up-due_date", SOON))
    manager.post(
        page_of(to_come, "change/"), {"change-amount_minor": "400", "change-reason": "Prices rose"}
    )
    assert sorted(amount for _, amount in sums_of(award)) == [5_000, *[40_000] * 6]

    manager.post(page_of(to_come, "hold/"), {"hold-reason": "asked_for"})
    assert Hold.objects.get().lifted_at is None
    manager.post(page_of(to_come, "resume/"))
    assert Hold.objects.get().lifted_at is not None

    manager.post(page_of(to_come, "stop/"), {"stop-reason": "Left", "stop-is_sure": "on"})
    assert sums_of(award) == []
    shown = text_of(manager.get(page_of(to_come)))
    assert all(why in shown for why in ("A boiler", "Prices rose", "Left"))


def test_every_change_is_made_by_api_and_answered_with_the_schedule(manager, to_come):
    top_up = api(
        manager, to_come, "top-up", amount_minor=5_000, due_date=f"{SOON}", reason="A boiler"
    )
    change = api(manager, to_come, "change", amount_minor=40_000, reason="Prices rose")
    hold = api(manager, to_come, "hold", reason="asked_for")
    resume = api(manager, to_come, "resume")
    stop = api(manager, to_come, "stop", reason="Left")

    answers = [one.json() for one in (top_up, change, hold, resume, stop)]
    assert [len(one["payments"]) for one in answers[:2]] == [7, 7]
    assert [one["is_held"] for one in answers] == [False, False, True, False, False]
    assert {one["state"] for one in answers[-1]["payments"]} == {"cancelled"}


@pytest.mark.parametrize(
    ("verb", "sent", "says"),
    [
        ("stop", {"stop-reason": "Left"}, "will not be sent"),
        ("stop", {"stop-is_sure": "on"}, "Why"),
        ("top-up", {"top-up-amount_minor": "0", "top-up-reason": "x"}, "more than nothing"),
        ("top-up", {"top-up-amount_minor": "-5", "top-up-reason": "x"}, "negative"),
        ("top-up", {"top-up-amount_minor": "99999999", "top-up-reason": "x"}, "too small"),
        ("change", {"change-reason": "x"}, "Say what is to change"),
        ("resume", {}, "not held"),
    ],
)
def test_a_change_that_cannot_be_is_explained_and_nothing_is_done(
    manager, to_come, verb, sent, says
):
    before = days_of(to_come.award)

    response = manager.post(page_of(to_come, f"{verb}/"), sent | dated(f"{verb}-due_date", SOON))

    assert response.status_code == 400
    assert says in text_of(response)
    assert days_of(to_come.award) == before
    assert not Amendment.objects.exists()


@pytest.mark.parametrize("verb", ["top-up", "change", "hold", "resume", "stop"])
def test_looking_at_the_address_of_a_change_changes_nothing(manager, to_come, verb):
    assert manager.get(page_of(to_come, f"{verb}/")).status_code == 405
    assert not Amendment.objects.exists()
    assert not Hold.objects.exists()


def test_staff_see_the_payments_as_they_stood_on_a_day(manager):
    enrolment = an_enrolment(a_pilot(name="Harbour Cash Pilot"))
    schedules.stop_award(award=enrolment.award, reason="Left", by=BY, now=NOON.replace(day=10))
    a_member(enrolment.pilot, Role.MANAGER, email="mona@example.org")

    before, after, earlier = (
        text_of(manager.get(page_of(enrolment, "as-of/"), dated("day", date(2026, 3, day))))
        for day in (9, 10, 1)
    )

    assert before.count("£360.00") == 3
    assert "Nothing was promised on that day" in after
    assert "Nothing was promised on that day" in earlier
    assert manager.get(page_of(enrolment, "as-of/")).status_code == 200
    assert "£" not in text_of(manager.get(page_of(enrolment, "as-of/?day_day=x")))


TERMS = {
    "amount_minor": "500.00",
    "frequency": "monthly",
    "count": "3",
    "when_closed": "before",
    "reason": "Prices rose",
}


def test_new_terms_by_page_start_from_those_of_today_and_leave_awards_as_they_are(manager, to_come):
    path = f"/staff/pilots/{to_come.pilot.public_id}/terms/cash/"

    form = manager.get(path).content.decode()
    done = manager.post(path, TERMS | dated("first_date", SOON))

    assert 'value="360.00"' in form
    assert done.status_code == 302
    assert list(AwardTerms.objects.order_by("version").values_list("amount_minor")) == [
        (ONE,),
        (50_000,),
    ]
    assert len(sums_of(to_come.award)) == 6
    assert sums_of(an_enrolment(to_come.pilot, name="Ben Example").award)[0][1] == 50_000
    assert "Change it" in text_of(manager.get(f"/staff/pilots/{to_come.pilot.public_id}/"))


def test_new_terms_by_api_are_the_next_version(manager, to_come):
    path = f"/api/v1/pilots/{to_come.pilot.public_id}/arms/cash/terms/"
    body = {"amount_minor": 50_000, "count": 3, "first_date": f"{SOON}", "reason": "Prices rose"}

    made = manager.post(path, json.dumps(body), content_type="application/json")
    nothing = manager.post(
        path, json.dumps(body | {"amount_minor": 0}), content_type="application/json"
    )

    assert (made.status_code, nothing.status_code) == (201, 400)
    assert [one["version"] for one in manager.get(path).json()] == [2, 1]


@pytest.mark.parametrize("arm", ["services", "nowhere"])
def test_an_arm_that_gives_no_cash_has_no_terms_to_change(manager, to_come, arm):
    path = f"/staff/pilots/{to_come.pilot.public_id}/terms/{arm}/"

    assert manager.post(path, TERMS | dated("first_date", SOON)).status_code == 404
    assert AwardTerms.objects.count() == 1


def test_only_a_manager_of_the_pilot_changes_its_terms(to_come):
    other, mine = a_pilot(name="Harbour Cash Pilot"), to_come.pilot
    caseworker, stranger = Client(), Client()
    caseworker.force_login(a_member(mine, Role.CASEWORKER, email="cara@example.org"))
    stranger.force_login(a_member(other, Role.MANAGER, email="stan@example.org"))
    path = f"/staff/pilots/{mine.public_id}/terms/cash/"

    answers = [
        one.post(path, TERMS | dated("first_date", SOON)).status_code
        for one in (caseworker, stranger)
    ]

    assert answers == [403, 404]
    assert AwardTerms.objects.filter(pilot=mine).count() == 1


def my_page(enrolment):
    browser = Client()
    secret = issue_link(participant=enrolment.participant, by=BY, now=timezone.now())
    browser.post(f"/s/{secret}/")
    return text_of(browser.get(f"/my/{enrolment.public_id}/"))


def test_a_person_reads_of_an_extra_payment_and_of_a_wait_in_kind_words(to_come):
    later = SOON + timedelta(days=40)
    schedules.top_up(award=to_come.award, amount_minor=5_000, due_date=later, reason="x", **now())
    assert re.search(r"One of them is an extra payment: .*£50\.00", my_page(to_come))

    schedules.hold_award(award=to_come.award, reason="safeguarding", **now())
    shown = my_page(to_come)
    assert "This one is waiting for now. It is still yours." in shown
    assert "Nothing is lost" in shown
    assert "safe" not in shown.lower().replace("safely", "")


def test_an_extra_payment_that_comes_next_is_called_so(award):
    schedules.top_up(
        award=award, amount_minor=5_000, due_date=date(2026, 3, 2), reason="x", **who()
    )
    schedules.change_schedule(award=award, next_date=date(2026, 4, 1), reason="x", **who())

    assert "Your next payment, an extra one" in my_page(award.enrolment)


def now():
    return {"by": BY, "now": timezone.now()}
