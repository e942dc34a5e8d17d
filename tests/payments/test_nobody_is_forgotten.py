"""Whatever waits is on somebody's list, goes on by itself when it can, and can be put right."""

from datetime import date, timedelta

import pytest

from cashpilot.core.access import Role
from cashpilot.core.refusals import Refused
from cashpilot.journeys import correct_death, record_life_event
from participants.models import LifeEvent
from participants.operations.roles import give_role
from payments.models import Disbursement, Instalment, PayRun, ProviderEvent, Recipient, RunPause
from payments.operations import pausing, provider_events, recipients, schedules
from payments.operations.schedules import resume_award
from payments.queries import due_in
from tests.factories import BY, NOON, a_pilot, a_user, an_approved_run, an_enrolment, ready
from tests.payments.hearing_world import LATER, deliver, events_of, hear_all
from tests.payments.schedule_world import who
from tests.payments.sending_world import look_again, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner():
    return a_user(may_set_up_pilots=True)


@pytest.fixture
def pilot(owner):
    pilot = a_pilot(manager=owner, count=3, budget_minor=6 * 36_000)
    give_role(pilot=pilot, user=owner, role=Role.PREPARER, by=BY, now=NOON)
    return pilot


@pytest.mark.parametrize("reason", RunPause.Reason.values)
def test_a_paused_run_waits_for_somebody(client, owner, pilot, reason):
    ready(an_enrolment(pilot))
    run = an_approved_run(pilot)
    pausing.pause(run=run, reason=reason, by=BY, now=NOON)
    client.force_login(owner)

    shown = client.get("/staff/").content.decode()

    assert f"/staff/pay-runs/{run.public_id}/" in shown
    assert "A pay run is paused" in shown


def test_money_for_one_of_two_paused_runs_pays_that_one(pilot, sandbox, provider):
    for name in ("Amina Example", "Ben Example"):
        ready(an_enrolment(pilot, name=name), sandbox.create_account("GB"))
        an_approved_run(pilot)
    pausing.start_approved(provider=provider, by=BY, now=NOON)
    sandbox.set_float("gbp", 10)
    send(provider)

    sandbox.set_float("gbp", 50_000)
    pausing.look_soon(by=BY, now=NOON)
    Disbursement.objects.update(not_before=None)
    pausing.look_again(provider=provider, by=BY, now=NOON)
    send(provider)

    states = PayRun.objects.order_by("pk").values_list("disbursements__state", flat=True)
    assert list(states) == ["submitted", "queued"]


@pytest.mark.parametrize("answer", ["the question", "the hold"])
def test_a_payment_of_unknown_outcome_is_looked_up_once_staff_have_answered(
    disbursement, provider, sandbox, answer
):
    sandbox.fault("drop_before", path="/v1/transfers", method="POST")
    send(provider)
    Recipient.objects.update(questioned_at=NOON)
    look_again(provider, times=1)

    if answer == "the question":
        person = Recipient.objects.get()
        recipients.answer_question(recipient=person, editor=a_user(), by=BY, now=NOON)
    else:
        Recipient.objects.update(questioned_at=None)
        award = disbursement.instalment.award
        schedules.hold_award(award=award, reason="asked_for", **who())
        resume_award(award=award, **who())
    look_again(provider)

    disbursement.refresh_from_db()
    assert disbursement.state == "submitted"


def test_news_of_several_people_are_read_for_each(client, settings, pilot, sandbox, provider):
    for name in ("Amina Example", "Ben Example"):
        one = Recipient.objects.get(enrolment=an_enrolment(pilot, name=name))
        recipients.ensure_account(recipient=one, provider=provider, by=BY, now=NOON)
        sandbox.onboard(one.provider_account, "000123456789")
        recipients.observe(recipient=one, provider=provider, by=BY, now=NOON)
    heard = len(events_of(sandbox))
    for one in Recipient.objects.all():
        sandbox.restrict(one.provider_account)

    for event in events_of(sandbox)[heard:]:
        deliver(client, settings, event)
    provider_events.apply_waiting(provider=provider, by="provider", now=LATER)

    assert ProviderEvent.objects.filter(type="capability.updated").count() == 2
    assert set(Recipient.objects.values_list("status", flat=True)) == {"action_needed"}


def test_money_that_came_back_to_an_old_account_does_not_keep_an_appointee_waiting(
    client, settings, disbursement, provider, sandbox
):
    sandbox.bank_ok(disbursement.destination, "000111111113")
    send(provider)
    sandbox.advance(days=2)
    sandbox.run_payouts(arrive=True)
    sandbox.advance(days=2)
    hear_all(client, settings, sandbox, provider)
    enrolment = disbursement.instalment.award.enrolment
    record_life_event(
        enrolment=enrolment,
        kind=LifeEvent.Kind.APPOINTEE,
        happened_on=date(2026, 3, 1),
        recorder=a_user(),
        payee_name="Ann Example",
        by=BY,
        now=NOON,
    )
    new = {"provider_account": sandbox.create_account("GB"), "status": "ready"}
    Recipient.objects.update(payable_from=None, **new)
    resume_award(award=enrolment.award, **who())

    due = due_in(enrolment.award.fund, date(2026, 12, 31), NOON)

    assert Disbursement.objects.get().returned_to == "recipient"
    assert {one.left_out for one in due} == {""}


def test_a_death_recorded_by_mistake_is_put_right_though_the_money_was_promised_again(pilot):
    first = ready(an_enrolment(pilot, name="Amina Example"))
    an_enrolment(pilot, name="Ben Example")
    event = record_life_event(
        enrolment=first,
        kind="death",
        happened_on=date(2026, 3, 1),
        recorder=a_user(),
        by=BY,
        now=NOON,
    )
    an_enrolment(pilot, name="Cleo Example")

    correct_death(event=event, by="another", now=NOON + timedelta(days=2))

    assert first.award.instalments.filter(state="planned").count() == 3


def test_a_stop_by_mistake_is_brought_back_on_the_page(client, owner, pilot):
    person = ready(an_enrolment(pilot))
    schedules.stop_award(award=person.award, reason="A mistake", **who())
    client.force_login(owner)

    answer = client.post(
        f"/staff/participants/{person.public_id}/payments/bring-back/",
        {"bring-back-reason": "It was another person"},
    )

    assert answer.status_code == 302
    assert person.award.instalments.filter(state="planned").count() == 3


def test_what_is_not_stopped_is_not_brought_back(pilot):
    person = ready(an_enrolment(pilot))

    with pytest.raises(Refused, match="not stopped"):
        schedules.bring_back(award=person.award, reason="x", **who())

    assert Instalment.objects.count() == 3
