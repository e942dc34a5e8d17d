"""After a death, or after leaving the cash, nothing new goes out and nobody comes in."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.refusals import Refused
from cashpilot.journeys import record_life_event
from participants.operations.sign_in import LinkIsOver, issue_link, use_link
from payments.models import Instalment
from payments.operations import schedules
from payments.operations.taking_back import take_back
from tests.factories import BY, NOON, a_member, a_pilot, a_user, an_enrolment, ready
from tests.payments.sending_world import send, transfers_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    return ready(an_enrolment(a_pilot(count=6)))


def happens(kind, enrolment, now=NOON):
    record_life_event(
        enrolment=enrolment,
        kind=kind,
        happened_on=date(2026, 3, 1),
        recorder=a_user(),
        by=BY,
        now=now,
    )


@pytest.mark.parametrize("kind", ["death", "left_the_cash"])
def test_what_is_taken_back_is_not_owed_again(disbursement, provider, sandbox, kind):
    send(provider)
    disbursement.refresh_from_db()
    enrolment = disbursement.instalment.award.enrolment
    happens(kind, enrolment)

    for name in ("tom", "uma"):
        person = a_member(enrolment.pilot, Role.APPROVER, email=f"{name}@example.org")
        take_back(disbursement=disbursement, provider=provider, person=person, by=BY, now=NOON)

    disbursement.refresh_from_db()
    assert disbursement.returned_to == "funds"
    assert set(Instalment.objects.values_list("state", flat=True)) == {"cancelled"}
    assert len(transfers_at(sandbox)) == 1


@pytest.mark.parametrize("kind", ["death", "left_the_cash"])
def test_nothing_is_promised_on_top(person, kind):
    happens(kind, person)

    with pytest.raises(Refused, match="were stopped"):
        schedules.top_up(
            award=person.award,
            amount_minor=5_000,
            due_date=date(2026, 3, 2),
            reason="Extra",
            by=BY,
            now=NOON,
        )

    assert not person.award.instalments.filter(kind="top_up").exists()


def test_a_link_from_before_a_death_opens_nothing(person):
    secret = issue_link(participant=person.participant, by=BY, now=NOON)
    happens("death", person)

    with pytest.raises(LinkIsOver):
        use_link(secret=secret, by="participant", now=NOON + timedelta(minutes=1))


def test_a_phone_that_was_signed_in_is_out_after_a_death(person, client):
    secret = issue_link(participant=person.participant, by=BY, now=timezone.now())
    client.post(f"/s/{secret}/")
    shown_before = client.get(f"/my/{person.public_id}/").status_code
    happens("death", person)

    shown_after = client.get(f"/my/{person.public_id}/").status_code

    assert shown_before == 200
    assert shown_after == 404


def test_what_was_taken_back_meanwhile_is_owed_again_once_a_stop_is_undone(
    disbursement, provider, sandbox
):
    send(provider)
    disbursement.refresh_from_db()
    award = disbursement.instalment.award
    schedules.stop_award(award=award, reason="A mistake", by=BY, now=NOON)
    for name in ("tom", "uma"):
        person = a_member(award.enrolment.pilot, Role.APPROVER, email=f"{name}@example.org")
        take_back(
            disbursement=disbursement,
            provider=provider,
            person=person,
            by=BY,
            now=NOON + timedelta(hours=1),
        )

    schedules.bring_back(award=award, reason="A mistake", by=BY, now=NOON + timedelta(hours=2))

    owed = award.instalments.filter(state="planned")
    assert owed.count() == award.terms.count
    assert owed.filter(first_promise=disbursement.instalment).exists()
