"""Bringing people in, one by one: the person, their consent and their promise, or nothing."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid
from cashpilot.journeys import enrol_and_award
from participants.models import Consent, Enrolment, Participant
from participants.operations.enrolment import enrol
from payments.models import Award, Instalment, Recipient
from payments.queries import OverBudget
from tests.factories import BY, NOON, a_pilot, an_enrolment

pytestmark = pytest.mark.django_db


def nobody_was_added() -> bool:
    return not (
        Participant.objects.exists()
        or Enrolment.objects.exists()
        or Consent.objects.exists()
        or Award.objects.exists()
        or AuditEvent.objects.filter(verb="enrolment.active").exists()
    )


def test_a_person_is_enrolled_with_their_consent_and_its_version_and_date():
    pilot = a_pilot()

    enrolment = enrol(
        pilot=pilot,
        arm=pilot.arms.get(code="services"),
        name="Amina Example",
        consent_date=date(2026, 2, 20),
        how=Consent.How.PHONE,
        language="cy",
        by="usr_x",
        now=NOON,
    )

    consent = enrolment.consents.get()
    assert (consent.decision, consent.decided_on, consent.how) == (
        "given",
        date(2026, 2, 20),
        "phone",
    )
    assert (consent.text.purpose, consent.text.version) == ("take-part", 1)
    assert (consent.recorded_by, consent.recorded_at) == ("usr_x", NOON)
    assert (enrolment.state, enrolment.enrolled_on) == ("active", date(2026, 3, 2))


def test_enrolling_writes_who_did_it_and_when():
    enrolment = an_enrolment()

    lines = AuditEvent.objects.filter(subject=f"participants.enrolment:{enrolment.public_id}")

    assert set(lines.values_list("verb", "by", "at")) == {
        ("enrolment.active", BY, NOON),
        ("consent.given", BY, NOON),
    }
    assert lines.get(verb="consent.given").detail == {
        "purpose": "take-part",
        "version": 1,
        "on": "2026-02-20",
    }


def test_someone_in_the_cash_arm_is_promised_their_instalments_in_the_same_act():
    enrolment = an_enrolment(a_pilot(count=3), arm="cash")

    assert enrolment.is_paid
    assert list(
        Instalment.objects.filter(award__enrolment=enrolment).values_list("number", "due_date")
    ) == [(1, date(2026, 3, 2)), (2, date(2026, 4, 2)), (3, date(2026, 5, 1))]
    assert Recipient.objects.get(enrolment=enrolment).status == "new"


def test_someone_in_the_comparison_arm_takes_part_and_is_promised_nothing():
    enrolment = an_enrolment(arm="services")

    assert enrolment.state == "active"
    assert not enrolment.is_paid
    assert enrolment.consents.exists()
    assert not Award.objects.exists()
    assert not Recipient.objects.exists()


def test_someone_whom_the_budget_cannot_keep_is_not_added_at_all():
    pilot = a_pilot(amount_minor=36_000, count=3, budget_minor=107_999)

    with pytest.raises(OverBudget, match=r"£0\.01 too small"):
        an_enrolment(pilot)

    assert nobody_was_added()


def test_the_last_award_that_fits_the_budget_is_granted_and_the_next_is_not():
    pilot = a_pilot(amount_minor=36_000, count=3, budget_minor=2 * 108_000)
    an_enrolment(pilot, name="First Example")
    an_enrolment(pilot, name="Second Example")

    with pytest.raises(OverBudget):
        an_enrolment(pilot, name="Third Example")

    assert pilot.enrolments.count() == 2
    assert an_enrolment(pilot, arm="services", name="Fourth Example").pk


def test_a_code_belongs_to_one_person_in_a_pilot():
    pilot = a_pilot()
    an_enrolment(pilot, code="B-17")

    with pytest.raises(Invalid, match="Somebody else in this pilot has this code") as refusal:
        an_enrolment(pilot, name="Ben Example", code="B-17")

    assert refusal.value.field == "code"
    assert Participant.objects.count() == Award.objects.count() == 1


def test_another_pilot_may_use_the_same_code():
    an_enrolment(a_pilot(), code="B-17")

    other = an_enrolment(a_pilot(name="Harbour Cash Pilot"), code="B-17")

    assert other.code == "B-17"


def test_without_a_code_a_person_gets_one_that_can_be_read_aloud():
    enrolment = an_enrolment()

    assert len(enrolment.code) == 6


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({"consent_date": date(2026, 3, 3)}, "consent_date"),
        ({"date_of_birth": date(2026, 3, 3)}, "date_of_birth"),
    ],
)
def test_a_date_in_the_future_is_refused_and_nobody_is_added(person, field):
    pilot = a_pilot()

    with pytest.raises(Invalid, match="in the future") as refusal:
        an_enrolment(pilot, **person)

    assert refusal.value.field == field
    assert nobody_was_added()


def test_today_is_the_pilots_day_even_just_after_midnight_in_summer():
    half_past_midnight = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)

    enrolment = an_enrolment(consent_date=date(2026, 6, 1), now=half_past_midnight)

    assert enrolment.enrolled_on == date(2026, 6, 1)
    assert enrolment.consents.get().decided_on == date(2026, 6, 1)


def test_nobody_is_enrolled_where_there_is_nothing_to_consent_to():
    pilot = a_pilot()
    connection.cursor().execute(
        "SET CONSTRAINTS ALL IMMEDIATE;"
        "ALTER TABLE participants_consenttext DISABLE TRIGGER append_only;"
        "DELETE FROM participants_consenttext;"
        "ALTER TABLE participants_consenttext ENABLE TRIGGER append_only"
    )

    with pytest.raises(Invalid, match="Publish one first"):
        an_enrolment(pilot)

    assert nobody_was_added()


def test_an_arm_of_another_pilot_is_refused_by_the_database():
    here, there = a_pilot(), a_pilot(name="Harbour Cash Pilot")

    with pytest.raises(IntegrityError, match="enrolment_agrees_with_its_arm"), transaction.atomic():
        enrol_and_award(
            pilot=here,
            arm=there.arms.get(code="cash"),
            name="Amina Example",
            consent_date=date(2026, 2, 20),
            by=BY,
            now=NOON,
        )

    assert nobody_was_added()


def test_an_enrolment_cannot_pretend_that_its_arm_pays():
    enrolment = an_enrolment(arm="services")

    with pytest.raises(IntegrityError, match="enrolment_agrees_with_its_arm"), transaction.atomic():
        Enrolment.objects.filter(pk=enrolment.pk).update(is_paid=True)

    enrolment.refresh_from_db()
    assert not enrolment.is_paid


def test_someone_takes_part_in_a_pilot_once_at_a_time():
    enrolment = an_enrolment()

    with pytest.raises(IntegrityError, match="one_active_enrolment_a_pilot"), transaction.atomic():
        Enrolment.objects.create(
            pilot=enrolment.pilot,
            participant=enrolment.participant,
            arm=enrolment.arm,
            is_paid=True,
            enrolled_on=NOON.date(),
            state_changed_at=NOON,
        )

    assert Enrolment.objects.count() == 1
