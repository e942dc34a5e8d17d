"""Fifty at once, by threads and by processes: one thing happens."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.conf import settings as now_settings
from django.db import connection, connections, transaction
from django.test import Client

from cashpilot.core.access import Role
from cashpilot.core.refusals import Refused
from payments.models import (
    Disbursement,
    LedgerEntry,
    PayRun,
    PayRunApproval,
    PayRunLine,
    ProviderEvent,
)
from payments.operations import claiming, pay_runs, provider_events, sending
from payments.providers import get_provider
from tests.factories import (
    BY,
    NOON,
    PLENTY,
    a_member,
    a_pilot,
    a_prepared_run,
    an_approved_run,
    an_enrolment,
    ready,
)
from tests.payments.hearing_world import LATER, deliver, events_of
from tests.payments.sending_world import send, start_what_is_approved

pytestmark = pytest.mark.django_db(transaction=True)
FIFTY = 50


def by_threads(act):
    """Fifty threads, each with a connection of its own; what each got or was refused."""

    def once(_):
        try:
            return act()
        except Refused as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(FIFTY) as pool:
        return list(pool.map(once, range(FIFTY)))


def by_processes(act, processes=8):
    """Processes that begin together; a refusal is no failure."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    gate = fork.Barrier(processes)
    workers = [fork.Process(target=at_the_gate, args=(gate, act)) for _ in range(processes)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert [one.exitcode for one in workers] == [0] * processes


def at_the_gate(gate, act):
    for inherited in connections.all(initialized_only=True):
        inherited.connection = None
    gate.wait(30)
    try:
        act()
    except Refused:
        pass
    finally:
        connections.close_all()


EITHER_WAY = pytest.mark.parametrize("together", [by_threads, by_processes])


def some_people(sandbox=None, count=5):
    pilot = a_pilot()
    for number in range(count):
        account = sandbox.create_account("GB") if sandbox else ""
        ready(an_enrolment(pilot, name=f"Person {number}"), account)
    return pilot


@EITHER_WAY
def test_fifty_preparations_make_one_run_with_each_instalment_once(together):
    pilot = some_people()
    fund, priya = pilot.funds.get(), a_member(pilot, Role.PREPARER, email="priya@example.org")

    together(
        lambda: pay_runs.prepare(fund=fund, due_by=NOON.date(), preparer=priya, by=BY, now=NOON)
    )

    assert PayRun.objects.count() == 1
    assert PayRunLine.objects.count() == 5


@EITHER_WAY
def test_fifty_submissions_freeze_one_list(together):
    run = a_prepared_run(some_people())

    together(
        lambda: pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    )

    run.refresh_from_db()
    assert run.state == "previewed"


@EITHER_WAY
def test_fifty_approvals_by_one_person_are_one_vote_and_queue_once(together):
    pilot = some_people()
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    tom = a_member(pilot, Role.APPROVER)

    together(lambda: pay_runs.vote(run=run, approver=tom, available_minor=PLENTY, by=BY, now=NOON))

    assert PayRunApproval.objects.count() == 1
    assert Disbursement.objects.count() == 5


def test_a_vote_waits_for_another_pilots_vote_on_the_same_money_at_the_provider():
    first, second = (a_vote_in(a_pilot(name=f"Pilot {number}")) for number in range(2))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            pay_runs.vote(**first)
            other = pool.submit(closing, lambda: pay_runs.vote(**second))
            wait([other], timeout=1)
        outcome = other.exception(timeout=30)

    assert isinstance(outcome, pay_runs.TooLittleMoney)
    assert Disbursement.objects.count() == 1


def a_vote_in(pilot):
    """One run of one person, and a vote on it with money for no more than that."""
    ready(an_enrolment(pilot))
    run = a_prepared_run(pilot)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    who = {"approver": a_member(pilot, Role.APPROVER), "by": BY, "now": NOON}
    return {"run": run, "available_minor": 36_000, **who}


def closing(act):
    try:
        return act()
    finally:
        connection.close()


def test_of_fifty_runs_that_exceed_the_budget_together_only_what_it_holds_is_approved():
    pilot = some_people(count=0)
    tom = a_member(pilot, Role.APPROVER)
    runs = []
    for number in range(6):
        ready(an_enrolment(pilot, name=f"Person {number}"))
        run = a_prepared_run(pilot)
        runs.append(
            pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
        )
    type(pilot.funds.get()).objects.update(budget_minor=4 * 36_000)
    waiting = iter(runs * 9)

    by_threads(
        lambda: pay_runs.vote(
            run=next(waiting), approver=tom, available_minor=PLENTY, by=BY, now=NOON
        )
    )

    assert PayRun.objects.filter(state="approved").count() == 4


@EITHER_WAY
def test_fifty_workers_send_each_payment_once(together, rich_sandbox):
    an_approved_run(some_people(rich_sandbox, count=20))
    start_what_is_approved(get_provider())

    together(lambda: sending.send_queued(provider=get_provider(), by=BY, now=NOON, limit=3))
    while sending.send_queued(provider=get_provider(), by=BY, now=NOON):
        time.sleep(0.01)

    asked = [
        one
        for one in rich_sandbox.log
        if one["path"] == "/v1/transfers" and one["method"] == "POST"
    ]
    assert len(asked) == 20
    assert set(Disbursement.objects.values_list("state", flat=True)) == {"submitted"}


def test_a_payment_that_another_worker_looks_at_keeps_nobody_waiting(rich_sandbox):
    run = an_approved_run(some_people(rich_sandbox, count=3))
    start_what_is_approved(get_provider())
    first = run.disbursements.order_by("pk").first()

    with transaction.atomic(), ThreadPoolExecutor(1) as another:
        Disbursement.objects.select_for_update().get(pk=first.pk)
        claimed = another.submit(claimed_by_another).result(timeout=4)

    assert len(claimed) == 2
    assert first.pk not in claimed


def claimed_by_another():
    try:
        return [one.pk for one in claiming.claim(by=BY, now=NOON)[1]]
    finally:
        connection.close()


@EITHER_WAY
def test_fifty_handlers_of_one_event_book_it_once(together, rich_sandbox, client, settings):
    an_approved_run(some_people(rich_sandbox, count=1))
    send(get_provider())
    rich_sandbox.run_payouts(arrive=True)
    paid = next(one for one in events_of(rich_sandbox) if one["type"] == "payout.paid")
    deliver(client, settings, paid)
    events = list(ProviderEvent.objects.all())

    together(
        lambda: provider_events.apply(
            events=list(ProviderEvent.objects.filter(pk=events[0].pk)),
            provider=get_provider(),
            by=BY,
            now=LATER,
        )
    )

    assert LedgerEntry.objects.filter(kind="arrival").count() == 1
    assert ProviderEvent.objects.get().state == "applied"


def test_one_webhook_posted_fifty_times_at_once_is_kept_once(rich_sandbox):
    an_approved_run(some_people(rich_sandbox, count=1))
    send(get_provider())
    event = next(one for one in events_of(rich_sandbox) if one["type"] == "transfer.created")

    answers = by_threads(lambda: deliver(Client(), now_settings, event).status_code)

    assert set(answers) == {200}
    assert ProviderEvent.objects.count() == 1
