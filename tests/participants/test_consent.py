"""What people agreed to: the words, their version, the day; never changed afterwards."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from participants.models import Consent, ConsentText
from participants.operations.consent import publish_text, record_consent
from participants.queries import consents_of, current_text
from payments.models import Instalment
from tests.factories import BY, NOON, a_pilot, an_enrolment

pytestmark = pytest.mark.django_db


def publish(pilot, body, *, purpose="take-part", language="en"):
    return publish_text(pilot=pilot, purpose=purpose, body=body, language=language, by=BY, now=NOON)


def say(enrolment, **words):
    said = {"purpose": "take-part", "decided_on": date(2026, 2, 25), "how": "in-person", **words}
    return record_consent(enrolment=enrolment, by=BY, now=NOON, **said)


def test_whoever_agreed_to_an_earlier_version_stays_on_that_one():
    pilot = a_pilot()
    early = an_enrolment(pilot, name="Early Example")

    second = publish(pilot, "I agree, and I know whom to call.")
    late = an_enrolment(pilot, name="Late Example")

    assert second.version == 2
    assert early.consents.get().text.version == 1
    assert early.consents.get().text.body == "I agree to take part in the pilot."
    assert late.consents.get().text == second


def test_versions_count_by_purpose_and_language():
    pilot = a_pilot()

    made = [
        publish(pilot, "Cytunaf.", language="cy"),
        publish(pilot, "Call me.", purpose="contact"),
        publish(pilot, "I agree again."),
    ]

    assert [(text.purpose, text.language, text.version) for text in made] == [
        ("take-part", "cy", 1),
        ("contact", "en", 1),
        ("take-part", "en", 2),
    ]
    assert AuditEvent.objects.filter(verb="consent text.published").count() == 4


def test_a_person_agrees_to_the_text_in_their_language_or_else_in_english():
    pilot = a_pilot()
    welsh = publish(pilot, "Cytunaf.", language="cy")

    siân = an_enrolment(pilot, name="Siân Example", language="cy")
    amina = an_enrolment(pilot, name="Amina Example", language="ar")

    assert siân.consents.get().text == welsh
    assert amina.consents.get().text.language == "en"
    assert current_text(pilot, "contact", "en") is None


def test_a_withdrawal_is_one_more_line_and_changes_no_payment():
    enrolment = an_enrolment()
    promised = list(Instalment.objects.values())

    say(enrolment, decision="withdrawn")

    assert [one.decision for one in consents_of(enrolment)] == ["withdrawn", "given"]
    assert list(Instalment.objects.values()) == promised
    enrolment.refresh_from_db()
    assert enrolment.state == "active"


def test_a_decision_is_written_down_with_its_version_and_day():
    enrolment = an_enrolment()

    say(enrolment, decision="withdrawn")

    line = AuditEvent.objects.get(verb="consent.withdrawn")
    assert line.subject == f"participants.enrolment:{enrolment.public_id}"
    assert line.detail == {"purpose": "take-part", "version": 1, "on": "2026-02-25"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"decided_on": NOON.date() + timedelta(days=1)}, "in the future"),
        ({"purpose": "contact"}, "No text for “contact” is published yet"),
    ],
)
def test_a_decision_that_cannot_have_been_made_is_refused(words, says):
    enrolment = an_enrolment()
    before = AuditEvent.objects.count()

    with pytest.raises(Invalid, match=says):
        say(enrolment, **words)

    assert enrolment.consents.count() == 1
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE participants_consent SET decision = 'withdrawn'",
        "UPDATE participants_consent SET decided_on = '2020-01-01'",
        "DELETE FROM participants_consent",
        "UPDATE participants_consenttext SET body = 'I agree to everything.'",
        "DELETE FROM participants_consenttext",
    ],
)
def test_what_people_agreed_to_cannot_be_changed_by_anybody(attack):
    an_enrolment()
    before = list(Consent.objects.values()), list(ConsentText.objects.values())

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack)

    assert (list(Consent.objects.values()), list(ConsentText.objects.values())) == before


def test_one_version_is_one_text():
    pilot = a_pilot()

    with pytest.raises(IntegrityError, match="one_text_a_version"), transaction.atomic():
        ConsentText.objects.create(
            pilot=pilot,
            purpose="take-part",
            version=1,
            language="en",
            body="Other words.",
            published_at=NOON,
        )

    assert pilot.consent_texts.get().body == "I agree to take part in the pilot."
