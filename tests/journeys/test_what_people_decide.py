"""What people decide about the cash and about being contacted, by staff and by themselves."""

from datetime import date

import pytest

from cashpilot import journeys
from cashpilot.core.access import Role
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Consent, LifeEvent, Notice
from participants.operations.consent import publish_text
from participants.operations.life_events import set_policy
from participants.operations.notices import tell
from participants.queries import left_the_cash_on
from payments.models import Hold, Instalment
from tests.factories import BY, MANY_ROLES, NOON, a_member, a_pilot, a_user, an_enrolment, ready
from tests.test_pages import text_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
ARABIC = "أوافق على استلام المال."


@pytest.fixture
def enrolment():
    pilot = a_pilot(count=6, manager=a_user("mona@example.org", may_set_up_pilots=True))
    for purpose in ("cash", "contact"):
        publish(pilot, purpose, f"I agree to {purpose}.")
    publish(pilot, "cash", ARABIC, language="ar")
    return ready(an_enrolment(pilot, email="amina@example.org", language="ar"))


def publish(pilot, purpose, body, *, language="en"):
    return publish_text(pilot=pilot, purpose=purpose, body=body, language=language, by=BY, now=NOON)


def decide(enrolment, purpose, decision="withdrawn", **also):
    said = {"decided_on": DAY, "how": "phone", "by": BY, "now": NOON, **also}
    return journeys.record_decision(enrolment=enrolment, purpose=purpose, decision=decision, **said)


def planned():
    return Instalment.objects.filter(state="planned").count()


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


def test_leaving_the_cash_is_a_life_event_that_does_what_the_policy_says_and_is_told(enrolment):
    decide(enrolment, "cash")

    event = LifeEvent.objects.get()
    assert (event.kind, event.effect, event.happened_on) == ("left_the_cash", "stop", DAY)
    assert planned() == 0
    assert left_the_cash_on(enrolment) == DAY
    assert Notice.objects.get().kind == "left_cash"
    assert AuditEvent.objects.filter(verb="consent.withdrawn").count() == 1


def test_written_down_as_a_life_event_alone_it_is_told_too_and_the_switch_shows_it(enrolment):
    said = {"kind": "left_the_cash", "happened_on": DAY, "recorder": None, "by": BY, "now": NOON}

    journeys.record_life_event(enrolment=enrolment, **said)

    assert Notice.objects.get().kind == "left_cash"
    assert left_the_cash_on(enrolment) == DAY


def test_where_the_policy_is_to_wait_leaving_the_cash_holds_it_and_loses_nothing(enrolment):
    set_policy(pilot=enrolment.pilot, kind="left_the_cash", effect="hold", by=BY, now=NOON)

    decide(enrolment, "cash")

    assert planned() == 6
    assert Hold.objects.get().lifted_at is None


@pytest.mark.parametrize("purpose", ["contact", "take-part"])
def test_no_other_withdrawal_changes_a_payment(enrolment, purpose):
    before = list(Instalment.objects.values())

    decide(enrolment, purpose)

    assert list(Instalment.objects.values()) == before
    assert not LifeEvent.objects.exists()
    assert not Hold.objects.exists()


def test_the_cash_is_left_once(enrolment):
    decide(enrolment, "cash")

    with pytest.raises(Refused, match="left the cash already"):
        decide(enrolment, "cash")

    assert LifeEvent.objects.count() == 1


def test_agreeing_again_says_so_and_starts_no_payment(enrolment):
    decide(enrolment, "cash")
    later = NOON.replace(hour=13)

    decide(enrolment, "cash", "given", now=later)

    assert left_the_cash_on(enrolment) is None
    assert planned() == 0


def test_the_cash_can_be_left_where_no_text_about_it_is_published():
    enrolment = ready(an_enrolment())

    consent = decide(enrolment, "cash")

    assert consent is None
    assert (planned(), left_the_cash_on(enrolment)) == (0, DAY)


def test_nobody_in_the_comparison_arm_is_asked_about_cash(enrolment):
    ben = an_enrolment(enrolment.pilot, name="Ben Example", arm="services")

    with pytest.raises(Invalid, match="not promised any cash"):
        decide(ben, "cash")

    assert not LifeEvent.objects.exists()


def test_who_does_not_want_to_be_contacted_finds_it_on_their_page_only(enrolment):
    decide(enrolment, "contact")

    tell(participant=enrolment.participant, kind="came_back", by=BY, now=NOON)

    notice = Notice.objects.get()
    assert (notice.address, notice.state) == ("", "shown")


def test_an_interpreter_is_named_and_the_language_is_the_one_that_was_read(enrolment):
    decide(enrolment, "cash", "given", how="read-aloud", read_by="Yusuf Example", language="ar")

    consent = Consent.objects.get(text__purpose="cash")
    assert (consent.read_by, consent.text.body) == ("Yusuf Example", ARABIC)


def test_read_aloud_by_nobody_is_refused(enrolment):
    with pytest.raises(Invalid, match="Say who read it aloud"):
        decide(enrolment, "cash", "given", how="read-aloud")

    assert not Consent.objects.filter(text__purpose="cash").exists()


SAID = {
    "purpose": "cash",
    "decision": "withdrawn",
    "decided_on_day": "1",
    "decided_on_month": "3",
    "decided_on_year": "2026",
    "how": "phone",
    "language": "ar",
}


def test_staff_record_leaving_the_cash_once_they_have_told_what_it_does(staff, enrolment):
    where = f"/staff/participants/{enrolment.public_id}/choices/"

    unsure = staff.post(where, SAID)
    kept = planned()
    sure = staff.post(where, {**SAID, "is_sure": "on"}, follow=True)

    assert unsure.status_code == 400
    assert "Tell them first what it does to their payments" in text_of(unsure)
    assert kept == 6
    assert "No payments wanted since" in text_of(sure)
    assert planned() == 0


def test_staff_see_what_leaving_does_before_they_record_it(staff, enrolment):
    page = text_of(staff.get(f"/staff/participants/{enrolment.public_id}/choices/"))

    assert "Payments that are not sent are cancelled" in page


def test_the_api_records_every_purpose_and_leaving_the_cash_is_never_only_a_line(staff, enrolment):
    where = f"/api/v1/enrolments/{enrolment.public_id}/consents/"
    said = {"purpose": "cash", "decision": "withdrawn", "decided_on": "2026-03-01", "how": "phone"}

    answer = staff.post(where, said)

    assert answer.status_code == 201, answer.content
    assert LifeEvent.objects.get().kind == "left_the_cash"
    assert planned() == 0


def test_a_person_reads_the_words_in_their_language_from_right_to_left(own, enrolment):
    page = text_of(own.get(f"/my/{enrolment.public_id}/choices/cash/"))

    assert f'lang="ar" dir="rtl"><p>{ARABIC}' in page
    assert "Payments that are not sent are cancelled" in page


def test_looking_changes_nothing_and_pressing_the_button_does(own, enrolment):
    where = f"/my/{enrolment.public_id}/choices/contact/"

    own.get(where)
    looked = Consent.objects.filter(text__purpose="contact").count()
    own.post(where, {"says": "yes"})
    answer = own.post(where, {"says": "no"}, follow=True)

    kept = Consent.objects.filter(text__purpose="contact").order_by("pk")
    assert looked == 0
    assert [(one.decision, one.how, one.recorded_by) for one in kept] == [
        ("given", "online", "participant"),
        ("withdrawn", "online", "participant"),
    ]
    assert "you no longer agree" in text_of(answer)
    assert planned() == 6


def test_a_person_leaves_the_cash_on_their_own_page(own, enrolment):
    answer = own.post(f"/my/{enrolment.public_id}/choices/cash/", {"says": "no"}, follow=True)

    assert "We have written it down" in text_of(answer)
    assert planned() == 0


def test_the_page_of_somebody_else_is_not_there(own, enrolment):
    other = ready(an_enrolment(enrolment.pilot, name="Zofia Example"))

    pages = [
        own.get(f"/my/{other.public_id}/choices/"),
        own.post(f"/my/{other.public_id}/choices/cash/", {"says": "no"}),
        own.get(f"/my/{enrolment.public_id}/choices/everything/"),
    ]

    assert [one.status_code for one in pages] == [404, 404, 404]
    assert not LifeEvent.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MANAGER, 200), (Role.CASEWORKER, 200), (Role.RESEARCHER, 403)]
)
def test_who_records_decisions(client, enrolment, role, status):
    client.force_login(a_member(enrolment.pilot, role, email=f"{role}@example.org"))

    page = client.get(f"/staff/participants/{enrolment.public_id}/choices/")

    assert page.status_code == status


def test_in_another_pilot_there_is_nothing_to_record(client, enrolment):
    noor = a_user("noor@example.org", may_set_up_pilots=True)
    there = a_pilot(name="Harbour Cash Pilot", manager=noor)
    client.force_login(a_member(there, *MANY_ROLES, email="noor@example.org"))

    page = client.get(f"/staff/participants/{enrolment.public_id}/choices/")
    texts = client.get(f"/staff/pilots/{enrolment.pilot.public_id}/texts/")
    api = client.get(f"/api/v1/pilots/{enrolment.pilot.public_id}/consent-texts/")

    assert [page.status_code, texts.status_code, api.status_code] == [404, 404, 404]
