"""What happens in somebody's life, and what it does to their payments: all at once, or nothing."""

from datetime import date

import pytest

from cashpilot import journeys
from cashpilot.core.access import Role
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from participants.models import LifeEvent, Notice
from participants.operations.life_events import set_policy
from participants.operations.notices import tell
from participants.operations.sign_in import issue_link
from payments.models import Disbursement, Instalment, Recipient
from tests.factories import (
    BY,
    NOON,
    a_member,
    a_pilot,
    a_user,
    an_approved_run,
    an_enrolment,
    ready,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def enrolment():
    return ready(an_enrolment(a_pilot(count=6), email="amina@example.org"))


def happens(enrolment, kind, **also):
    said = {"happened_on": DAY, "recorder": a_user(), "by": "usr_one", "now": NOON, **also}
    return journeys.record_life_event(enrolment=enrolment, kind=kind, **said)


def planned(enrolment):
    return Instalment.objects.filter(award__enrolment=enrolment, state="planned").count()


def test_after_a_death_nothing_more_is_sent_or_said(enrolment):
    an_approved_run(enrolment.pilot)
    tell(participant=enrolment.participant, kind="came_back", by=BY, now=NOON)

    happens(enrolment, "death")

    enrolment.refresh_from_db()
    assert (enrolment.state, planned(enrolment)) == ("ended", 0)
    assert Disbursement.objects.get().state == "failed"
    assert Notice.objects.get().state == "cancelled"
    assert tell(participant=enrolment.participant, kind="came_back", by=BY, now=NOON) is None
    with pytest.raises(Refused, match="Contact with this person has stopped"):
        issue_link(participant=enrolment.participant, by=BY, now=NOON)


def test_a_death_that_breaks_half_way_has_not_happened(enrolment, monkeypatch):
    def broken(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(journeys, "end_enrolment", broken)

    with pytest.raises(ZeroDivisionError):
        happens(enrolment, "death")

    enrolment.participant.refresh_from_db()
    assert planned(enrolment) == 6
    assert enrolment.participant.contact_stopped_at is None
    assert not LifeEvent.objects.exists()


def test_a_death_recorded_by_mistake_is_put_right_by_somebody_else_and_all_is_owed(enrolment):
    event = happens(enrolment, "death")

    with pytest.raises(NotAllowed, match="Someone else"):
        journeys.correct_death(event=event, by="usr_one", now=NOON)
    journeys.correct_death(event=event, by="usr_two", now=NOON)

    enrolment.refresh_from_db()
    assert (enrolment.state, planned(enrolment)) == ("active", 6)
    with pytest.raises(Refused, match="already"):
        journeys.correct_death(event=event, by="usr_two", now=NOON)


@pytest.mark.parametrize("kind", ["moved", "prison", "hospital"])
def test_moving_prison_and_hospital_change_no_payment_unless_the_pilot_says_so(enrolment, kind):
    before = list(Instalment.objects.order_by("pk").values())

    happens(enrolment, kind)

    assert list(Instalment.objects.order_by("pk").values()) == before
    assert not enrolment.award.holds.exists()


def test_a_pilot_may_hold_payments_while_somebody_is_in_prison(enrolment):
    set_policy(pilot=enrolment.pilot, kind="prison", effect="hold", by=BY, now=NOON)

    happens(enrolment, "prison")

    assert enrolment.award.holds.get().lifted_at is None
    assert planned(enrolment) == 6


def test_no_pilot_goes_on_paying_after_a_death(enrolment):
    with pytest.raises(Invalid, match="nothing more is sent"):
        set_policy(pilot=enrolment.pilot, kind="death", effect="continue", by=BY, now=NOON)

    assert not enrolment.pilot.life_event_policies.exists()


def test_an_appointee_has_an_account_of_their_own_and_payments_wait_for_it(enrolment):
    happens(enrolment, "appointee", payee_name="Nadia Example")

    recipient = Recipient.objects.get()
    assert (recipient.payee_name, recipient.provider_account) == ("Nadia Example", None)
    assert enrolment.award.holds.get().reason == "payee"
    assert planned(enrolment) == 6


@pytest.mark.parametrize(
    ("kind", "also"),
    [
        ("appointee", {}),
        ("moved", {"happened_on": date(2026, 3, 3)}),
        ("correction", {}),
    ],
)
def test_a_senseless_event_is_refused_and_nothing_happens(enrolment, kind, also):
    with pytest.raises(Refused):
        happens(enrolment, kind, **also)

    assert not LifeEvent.objects.exists()
    assert planned(enrolment) == 6


def test_leaving_the_cash_stops_what_is_not_sent(enrolment):
    happens(enrolment, "left_the_cash")

    enrolment.refresh_from_db()
    assert (enrolment.state, planned(enrolment)) == ("active", 0)


def test_staff_see_what_an_event_will_do_and_write_it_down_on_its_page(client, enrolment):
    client.force_login(a_member(enrolment.pilot, Role.CASEWORKER, email="cal@example.org"))
    where = f"/staff/participants/{enrolment.public_id}/life-events/"
    day = {"happened_on_day": "1", "happened_on_month": "3", "happened_on_year": "2026"}

    page = client.get(where).content.decode()
    answer = client.post(f"{where}record/", {"kind": "left_the_cash", **day}, follow=True)

    assert "Payments that are not sent are cancelled" in page
    assert answer.status_code == 200
    assert planned(enrolment) == 0


def test_the_api_records_an_event_and_another_pilots_staff_find_nobody(client, enrolment):
    where = f"/api/v1/enrolments/{enrolment.public_id}/life-events/"
    said = {"kind": "moved", "happened_on": "2026-03-01"}
    other = a_pilot(name="Mill Lane Cash Pilot")
    client.force_login(a_member(other, Role.CASEWORKER, email="ada@example.org"))
    stranger = client.post(where, said, content_type="application/json")
    client.force_login(a_member(enrolment.pilot, Role.CASEWORKER, email="cal@example.org"))

    answer = client.post(where, said, content_type="application/json")

    assert (stranger.status_code, answer.status_code) == (404, 201)
    assert answer.json()["effect"] == "continue"
