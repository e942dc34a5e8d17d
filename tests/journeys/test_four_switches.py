"""Four kinds of withdrawal: three of answers, none of which reaches a payment, and the cash."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from cashpilot import journeys
from cashpilot.core.access import Role
from cashpilot.core.refusals import Invalid
from evaluation.models import ResearchConsent, ResearchText
from evaluation.operations.consent import publish_research_text, record_research_consent
from evaluation.queries import research_switches
from participants.queries import left_the_cash_on
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
from tests.test_pages import text_of

pytestmark = pytest.mark.django_db
USES = ("research", "linkage", "reuse")
DAY = date(2026, 3, 1)
ARABIC = "أوافق على الإجابة عن الأسئلة."


@pytest.fixture
def enrolment():
    pilot = a_pilot(count=6, manager=a_user("mona@example.org", may_set_up_pilots=True))
    for use in USES:
        publish(pilot, use, f"You may use my answers for {use}.")
    publish(pilot, "research", ARABIC, language="ar")
    enrolment = ready(an_enrolment(pilot, language="ar"))
    for use in USES:
        decide(enrolment, use, "given", on=date(2026, 2, 20))
    return enrolment


def publish(pilot, purpose, body, *, language="en"):
    said = {"purpose": purpose, "body": body, "language": language}
    return publish_research_text(pilot=pilot, **said, by=BY, now=NOON)


def decide(enrolment, use, decision="withdrawn", *, on=DAY, **also):
    said = {"purpose": use, "decision": decision, "decided_on": on, **also}
    return record_research_consent(enrolment=enrolment, **said, by=BY, now=NOON)


def payments() -> dict:
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in apps.get_app_config("payments").get_models()
    }


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


@pytest.mark.parametrize("use", USES)
def test_withdrawing_answers_by_staff_changes_no_row_of_payments(staff, enrolment, use):
    an_approved_run(enrolment.pilot)
    before = payments()
    said = {"purpose": use, "decision": "withdrawn", "decided_on": "2026-03-01", "how": "paper"}

    answer = staff.post(
        f"/staff/participants/{enrolment.public_id}/research-choices/",
        {**said, "language": "en"},
        follow=True,
    )

    assert "No payment changes" in text_of(answer)
    assert research_switches(enrolment)[use].decision == "withdrawn"
    assert payments() == before


@pytest.mark.parametrize("use", USES)
def test_withdrawing_answers_on_their_own_page_changes_no_row_of_payments(own, enrolment, use):
    an_approved_run(enrolment.pilot)
    before = payments()

    answer = own.post(
        f"/my/{enrolment.public_id}/answers/", {"purpose": use, "says": "no"}, follow=True
    )

    kept = research_switches(enrolment)[use]
    assert "you no longer agree" in text_of(answer)
    assert (kept.decision, kept.how, kept.recorded_by) == ("withdrawn", "online", "participant")
    assert payments() == before


def test_each_switch_has_its_own_date_and_turns_by_itself(enrolment):
    days = [date(2026, 2, day) for day in (24, 25, 26)]

    for use, day in zip(USES, days, strict=True):
        decide(enrolment, use, on=day)
    journeys.record_decision(
        enrolment=enrolment,
        purpose="cash",
        decision="withdrawn",
        decided_on=date(2026, 2, 27),
        how="paper",
        by=BY,
        now=NOON,
    )

    switches = research_switches(enrolment)
    assert [switches[use].decided_on for use in USES] == days
    assert left_the_cash_on(enrolment) == date(2026, 2, 27)


def test_leaving_the_cash_leaves_the_study_as_it_was(enrolment):
    before = list(ResearchConsent.objects.values())

    journeys.record_decision(
        enrolment=enrolment,
        purpose="cash",
        decision="withdrawn",
        decided_on=DAY,
        how="paper",
        by=BY,
        now=NOON,
    )

    assert list(ResearchConsent.objects.values()) == before


def test_a_withdrawal_counts_whatever_date_the_last_yes_bears(enrolment):
    decide(enrolment, "research", on=date(2026, 2, 1))

    assert research_switches(enrolment)["research"].decision == "withdrawn"


def test_a_decision_keeps_the_text_that_was_read_and_who_read_it(enrolment):
    kept = decide(
        enrolment, "research", "given", how="read-aloud", read_by="Yusuf Example", language="ar"
    )

    assert (kept.text.body, kept.text_version, kept.read_by) == (ARABIC, 1, "Yusuf Example")


def test_read_aloud_by_nobody_is_refused(enrolment):
    before = ResearchConsent.objects.count()

    with pytest.raises(Invalid, match="Say who read it aloud"):
        decide(enrolment, "research", "given", how="read-aloud")

    assert ResearchConsent.objects.count() == before


def test_a_person_reads_about_their_answers_from_right_to_left(own, enrolment):
    page = text_of(own.get(f"/my/{enrolment.public_id}/answers/"))

    assert f'lang="ar" dir="rtl"><p>{ARABIC}' in page


def test_an_answer_that_is_no_use_of_theirs_is_not_there(own, enrolment):
    other = ready(an_enrolment(enrolment.pilot, name="Zofia Example"))
    before = ResearchConsent.objects.count()

    answers = [
        own.get(f"/my/{other.public_id}/answers/"),
        own.post(f"/my/{enrolment.public_id}/answers/", {"purpose": "cash", "says": "no"}),
        own.post(f"/my/{enrolment.public_id}/answers/", {"purpose": "reuse", "says": "maybe"}),
    ]

    assert [one.status_code for one in answers] == [404, 404, 400]
    assert ResearchConsent.objects.count() == before


def test_a_manager_publishes_texts_about_answers_by_page_and_api(client, enrolment):
    client.force_login(a_user("mona@example.org"))
    pilot = enrolment.pilot.public_id
    said = {"purpose": "linkage", "language": "cy", "body": "Cewch gysylltu fy nghofnodion."}

    page = client.post(f"/staff/pilots/{pilot}/research-texts/", said, follow=True)
    api = client.post(f"/api/v1/pilots/{pilot}/research-texts/", {**said, "body": "Cewch."})

    assert said["body"] in text_of(page)
    assert api.json()["version"] == 2
    assert "Cewch." in str(client.get(f"/api/v1/pilots/{pilot}/research-texts/").json())


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.RESEARCHER])
def test_nobody_but_a_manager_publishes_them(client, enrolment, role):
    client.force_login(a_member(enrolment.pilot, role, email="kit@example.org"))
    pilot, said = enrolment.pilot.public_id, {"purpose": "reuse", "language": "en", "body": "Yes."}

    answers = (
        client.post(f"/staff/pilots/{pilot}/research-texts/", said),
        client.post(f"/api/v1/pilots/{pilot}/research-texts/", said),
    )

    assert [one.status_code for one in answers] == [403, 403]
    assert not ResearchText.objects.filter(body="Yes.").exists()


def test_in_another_pilot_there_is_nothing(client, enrolment):
    noor = a_user("noor@example.org", may_set_up_pilots=True)
    there = a_pilot(name="Harbour Cash Pilot", manager=noor)
    client.force_login(a_member(there, *MANY_ROLES, email="noor@example.org"))

    answers = [
        client.get(f"/staff/participants/{enrolment.public_id}/research-choices/"),
        client.get(f"/staff/pilots/{enrolment.pilot.public_id}/research-texts/"),
        client.get(f"/api/v1/pilots/{enrolment.pilot.public_id}/research-texts/"),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE evaluation_researchtext SET body = 'Anything.'",
        "DELETE FROM evaluation_researchtext",
        "UPDATE evaluation_researchconsent SET read_by = 'somebody'",
    ],
)
def test_what_was_read_cannot_be_changed_by_anybody(enrolment, attack):
    before = list(ResearchText.objects.values()), list(ResearchConsent.objects.values())

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack)

    assert (list(ResearchText.objects.values()), list(ResearchConsent.objects.values())) == before
