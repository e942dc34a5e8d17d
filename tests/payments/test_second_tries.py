"""A second try is as careful as the first: keys, destinations, earlier transfers, pauses, stops."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from cashpilot.core.refusals import Refused
from payments.models import Disbursement, PayRun, Recipient, RunPause
from payments.operations import pausing, schedules, sending, waiting
from payments.providers.base import Declined
from tests.factories import BY, NOON, an_approved_run
from tests.payments.schedule_world import sums_of, who
from tests.payments.sending_world import claim, look_again, moved, send, transfers_at

pytestmark = pytest.mark.django_db


def lost(disbursement, provider, sandbox):
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    disbursement.refresh_from_db()
    assert disbursement.state == "unknown"


def test_what_an_earlier_key_was_refused_for_says_nothing_of_the_next_one(
    disbursement, provider, sandbox
):
    token, (one,) = claim(provider)
    refusal = Declined("account_invalid")
    sending.record(disbursement=one, token=token, answer=refusal, by=BY, now=NOON)
    one.refresh_from_db()
    waiting.release(disbursement=one, by=BY, now=NOON)

    lost(disbursement, provider, sandbox)
    look_again(provider)

    keys = [one["key"] for one in transfers_at(sandbox)]
    assert set(keys) == {f"cp_{disbursement.public_id}_a2"}
    assert moved(sandbox, disbursement) == 1


def refused_for_the_rate(disbursement, provider, sandbox):
    sandbox.fault("429_rate", path="/v1/transfers", method="POST")
    send(provider)


def refused_at_the_door(disbursement, provider, sandbox):
    sandbox.fault("401_key", path="/v1/transfers", method="POST")
    send(provider)
    pausing.resume(run=disbursement.pay_run, by=BY, now=NOON)


def never_asked(disbursement, provider, sandbox):
    token, (one,) = claim(provider)
    pausing.pause_by_hand(run=PayRun.objects.get(), by=BY, now=NOON)
    sending.send_one(disbursement=one, token=token, provider=provider, by=BY, now=NOON)
    pausing.resume(run=disbursement.pay_run, by=BY, now=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", [refused_for_the_rate, refused_at_the_door, never_asked])
def test_the_age_of_a_key_begins_with_the_try_that_may_have_been_carried_out(
    disbursement, provider, sandbox, before
):
    before(disbursement, provider, sandbox)
    sandbox.advance(hours=60)
    Disbursement.objects.update(not_before=None)
    kept = Disbursement.objects.exclude(first_sent_at=None)
    kept.update(first_sent_at=Now() - timedelta(hours=60))

    lost(disbursement, provider, sandbox)
    look_again(provider, times=1)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.key_number) == ("submitted", 1)
    assert moved(sandbox, disbursement) == 1


@pytest.mark.parametrize(
    ("change", "held"),
    [
        ({"bank_mark": "another"}, "destination_changed"),
        ({"questioned_at": NOON}, "staff_check"),
        ({"status": "disabled"}, "recipient"),
    ],
)
def test_what_changed_since_the_first_try_stops_the_second(
    disbursement, provider, sandbox, change, held
):
    lost(disbursement, provider, sandbox)
    Recipient.objects.update(**change)

    look_again(provider, times=1)

    disbursement.refresh_from_db()
    assert (disbursement.state, disbursement.held_reason) == ("unknown", held)
    assert len(transfers_at(sandbox)) == 1


def test_an_earlier_transfer_stops_every_later_try_whoever_releases_it(
    disbursement, provider, sandbox
):
    waiting.withdraw(disbursement=disbursement, by=BY, now=NOON)
    second = an_approved_run(disbursement.pay_run.fund.pilot).disbursements.get()
    key = {"idempotency_key": disbursement.idempotency_key}
    provider.client.v1.transfers.create(disbursement.request_body, key)
    send(provider)
    second.refresh_from_db()
    assert second.held_reason == "review"

    waiting.release(disbursement=second, by=BY, now=NOON)
    look_again(provider)

    second.refresh_from_db()
    assert (second.state, second.held_reason) == ("unknown", "review")
    assert moved(sandbox, second) == 0


def test_money_that_arrives_does_not_lift_the_pause_of_a_person(disbursement, provider, sandbox):
    sandbox.set_float("gbp", 1)
    send(provider)
    assert RunPause.objects.get(lifted_at=None).reason == "funds"
    pausing.pause_by_hand(run=PayRun.objects.get(), by=BY, now=NOON)

    sandbox.set_float("gbp", 10_000_000)
    pausing.look_soon(by=BY, now=NOON)
    send(provider)

    assert RunPause.objects.get(lifted_at=None).reason == "by_a_person"
    assert transfers_at(sandbox) == []


def test_what_was_stopped_does_not_go_on_by_lifting_its_hold(disbursement, provider, sandbox):
    token, (one,) = claim(provider)
    award = one.instalment.award
    schedules.stop_award(award=award, reason="Died", **who())
    sending.send_one(disbursement=one, token=token, provider=provider, by=BY, now=NOON)

    with pytest.raises(Refused, match="were stopped"):
        schedules.resume_award(award=award, **who())
    send(provider)

    assert transfers_at(sandbox) == []
    assert Disbursement.objects.get().state == "queued"


def test_a_change_of_the_amount_leaves_the_lump_sum_alone(award):
    lump = award.instalments.get(number=1)
    type(lump).objects.filter(pk=lump.pk).update(kind="lump", amount_minor=100_000)

    schedules.change_schedule(award=award, amount_minor=5_100, reason="x", **who())

    assert sums_of(award) == [("lump", 100_000), *[("regular", 5_100)] * 5]


def test_a_rhythm_that_was_changed_stays(award):
    schedules.change_schedule(award=award, frequency="weekly", reason="x", **who())

    schedules.change_schedule(award=award, payday=5, reason="y", **who())

    award.refresh_from_db()
    days = sorted(award.instalments.filter(state="planned").values_list("due_date", flat=True))
    assert (award.frequency, award.payday) == ("weekly", 5)
    assert (days[-1] - days[0]).days < 42
