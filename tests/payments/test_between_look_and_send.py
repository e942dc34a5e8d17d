"""A look at the provider takes time: what happens meanwhile still stops the send."""

import pytest
from django.db.models.functions import Now

from payments.models import Disbursement, Halt, PayRun, SendAttempt
from payments.operations import halts, pausing, schedules, sending, waiting
from payments.tasks import sending as task
from tests.factories import BY, NOON, an_approved_run
from tests.payments.schedule_world import who
from tests.payments.sending_world import moved, send, start_what_is_approved, transfers_at

pytestmark = pytest.mark.django_db(transaction=True)


class Meanwhile:
    """The real provider; something happens while the first look at its books is under way."""

    def __init__(self, provider, happens):
        self._provider, self._happens = provider, [happens]

    def __getattr__(self, name):
        return getattr(self._provider, name)

    def find(self, order):
        found = self._provider.find(order)
        while self._happens:
            self._happens.pop()()
        return found


@pytest.fixture
def second(disbursement):
    """A second payment of one instalment, whose earlier one is looked up first."""
    waiting.withdraw(disbursement=disbursement, by=BY, now=NOON)
    return an_approved_run(disbursement.pay_run.fund.pilot).disbursements.get()


def sending_is_halted(row):
    halts.place_halt(reason=Halt.Reason.BY_A_PERSON, by=BY, now=NOON)


def the_run_is_paused(row):
    pausing.pause_by_hand(run=PayRun.objects.get(pk=row.pay_run_id), by=BY, now=NOON)


def the_person_dies(row):
    schedules.stop_award(award=row.instalment.award, reason="Died", **who())


@pytest.mark.parametrize("happens", [sending_is_halted, the_run_is_paused, the_person_dies])
def test_what_stops_all_sending_stops_it_after_the_look_as_well(second, provider, sandbox, happens):
    send(Meanwhile(provider, lambda: happens(second)))

    assert transfers_at(sandbox) == []


def test_a_claim_that_is_lost_during_the_look_sends_nothing(second, provider, sandbox):
    def the_lease_ends():
        Disbursement.objects.filter(state="submitting").update(lease_until=Now())
        sending.expire_leases(by=BY, now=NOON)

    send(Meanwhile(provider, the_lease_ends))

    second.refresh_from_db()
    assert second.state == "unknown"
    assert moved(sandbox, second) == 0


def test_with_the_books_out_of_reach_a_row_waits_before_it_is_claimed_again(
    second, provider, sandbox
):
    start_what_is_approved(provider)
    sandbox.fault("drop_before", path="/v1/transfers", method="GET", times=None)

    task.send_all(provider)

    second.refresh_from_db()
    assert second.not_before is not None
    assert SendAttempt.objects.filter(kind="intent").count() == 1


def test_a_change_of_the_schedule_does_not_lose_sight_of_an_earlier_payment(
    disbursement, provider, sandbox
):
    award = disbursement.instalment.award
    waiting.withdraw(disbursement=disbursement, by=BY, now=NOON)
    schedules.change_schedule(award=award, amount_minor=36_100, reason="More", **who())
    schedules.change_schedule(award=award, amount_minor=36_200, reason="Still more", **who())
    an_approved_run(disbursement.pay_run.fund.pilot)
    key = {"idempotency_key": disbursement.idempotency_key}
    provider.client.v1.transfers.create(disbursement.request_body, key)

    send(provider)

    third = Disbursement.objects.latest("pk")
    assert third.held_reason == "review"
    assert len(transfers_at(sandbox)) == 1
