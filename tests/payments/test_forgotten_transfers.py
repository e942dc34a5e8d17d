"""Money that was moved for a payment which a restored database no longer has: it is never moved
again, and its person is not forgotten either."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.models import Disbursement, ForgottenTransfer, Instalment
from payments.operations import schedules, waiting
from payments.operations.recovery import recover
from payments.queries import balances_of
from tests.factories import BY, NOON, a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.schedule_world import who
from tests.payments.sending_world import look_again, moved, send, transfers_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pilot(sandbox, provider):
    pilot = a_pilot(count=3)
    ready(an_enrolment(pilot), sandbox.create_account("GB"))
    return pilot


@pytest.fixture
def forget(pilot, provider):
    """Money moves for the first instalment, and only the provider knows of it."""

    def moved_and_forgotten(**changes):
        first = Instalment.objects.get(number=1)
        body = {
            "amount": first.amount_minor,
            "currency": "gbp",
            "destination": first.award.enrolment.recipient.provider_account,
            "transfer_group": "cp_dsb_lost",
            "metadata": {
                "cashpilot_disbursement": "dsb_lost",
                "cashpilot_instalment": first.public_id,
            },
        }
        provider.client.v1.transfers.create(body | changes)
        until = timezone.now() + timedelta(minutes=1)
        recover(provider=provider, since=NOON, until=until, by=BY, now=NOON)
        return ForgottenTransfer.objects.get()

    return moved_and_forgotten


def take_back(forgotten, provider, **part):
    provider.client.v1.transfers.reversals.create(forgotten.reference, part)


def pay(pilot, provider):
    an_approved_run(pilot)
    send(provider)
    return Disbursement.objects.get()


def test_it_is_taken_as_the_payment_s_own(pilot, provider, sandbox, forget):
    forgotten = forget()

    one = pay(pilot, provider)

    assert (one.state, one.provider_reference) == ("submitted", forgotten.reference)
    assert len(transfers_at(sandbox)) == 1


def test_what_was_taken_back_in_part_is_booked_with_it(pilot, provider, forget):
    take_back(forget(), provider, amount=1_000)

    one = pay(pilot, provider)

    assert (one.state, one.reversed_minor) == ("submitted", 1_000)
    assert balances_of(one.pay_run.fund)["provider"] == one.amount_minor - 1_000


def test_what_was_taken_back_since_is_paid(pilot, provider, sandbox, forget):
    forgotten = forget()
    take_back(forgotten, provider)

    one = pay(pilot, provider)

    assert one.state == "submitted"
    assert one.provider_reference != forgotten.reference
    assert len(transfers_at(sandbox)) == 2


def test_another_sum_waits_for_a_person(pilot, provider, sandbox, forget):
    forget(amount=100)

    one = pay(pilot, provider)

    assert (one.state, one.held_reason) == ("unknown", "review")
    assert len(transfers_at(sandbox)) == 1


def test_another_sum_that_was_taken_back_can_be_paid(pilot, provider, sandbox, forget):
    forgotten = forget(amount=100)
    one = pay(pilot, provider)
    take_back(forgotten, provider)

    waiting.release(disbursement=one, by=BY, now=NOON)
    look_again(provider)

    one.refresh_from_db()
    assert one.state == "submitted"
    assert len(transfers_at(sandbox)) == 2


def test_it_stops_every_later_try(pilot, provider, sandbox, forget):
    an_approved_run(pilot)
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    forget()

    look_again(provider)

    one = Disbursement.objects.get()
    assert (one.state, one.held_reason) == ("unknown", "review")
    assert moved(sandbox, one) == 0


def test_one_that_the_provider_knows_no_more_waits_for_a_person(pilot, provider, sandbox):
    first = Instalment.objects.get(number=1)
    ForgottenTransfer.objects.create(
        reference="tr_before",
        instalment=first,
        amount_minor=first.amount_minor,
        currency="gbp",
        destination=first.award.enrolment.recipient.provider_account,
        found_at=NOON,
    )

    one = pay(pilot, provider)

    assert (one.state, one.held_reason) == ("unknown", "review")
    assert transfers_at(sandbox) == []


def test_no_change_of_the_schedule_promises_it_again(pilot, provider, sandbox, forget):
    forget()
    award = Instalment.objects.get(number=1).award
    schedules.change_schedule(award=award, amount_minor=40_000, reason="More", **who())

    one = pay(pilot, provider)

    assert one.instalment.number == 1
    assert len(transfers_at(sandbox)) == 1


def test_no_stop_and_return_promises_it_again(pilot, provider, sandbox, forget):
    forget()
    award = Instalment.objects.get(number=1).award
    stopped = schedules.stop_award(award=award, reason="A mistake", **who())
    schedules.restore_award(award=award, stopped=stopped, reason="A mistake", **who())

    pay(pilot, provider)

    assert len(transfers_at(sandbox)) == 1


def test_after_a_stop_it_is_taken_in_and_nothing_new_is_sent(pilot, provider, sandbox, forget):
    forgotten = forget()
    schedules.stop_award(award=Instalment.objects.get(number=1).award, reason="Moved", **who())

    one = pay(pilot, provider)

    assert one.provider_reference == forgotten.reference
    assert len(transfers_at(sandbox)) == 1


def test_after_a_stop_what_was_taken_back_is_not_sent_anew(pilot, provider, sandbox, forget):
    take_back(forget(), provider)
    schedules.stop_award(award=Instalment.objects.get(number=1).award, reason="Moved", **who())

    one = pay(pilot, provider)

    assert (one.state, one.held_reason) == ("unknown", "review")
    assert len(transfers_at(sandbox)) == 1
