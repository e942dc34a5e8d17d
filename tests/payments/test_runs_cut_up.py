"""A large run that is cut into small ones takes as many people, however it is cut."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from cashpilot.core.access import Role
from payments.models import Disbursement, PayRun
from payments.operations import pay_runs, thresholds
from tests.factories import BY, NOON, PLENTY, a_member, a_pilot, a_prepared_run, an_enrolment, ready
from tests.payments.run_world import a_frozen_run
from tests.payments.sending_world import send

pytestmark = pytest.mark.django_db(transaction=True)
ONE = 36_000


@pytest.fixture
def pilot():
    pilot = a_pilot()
    thresholds.set_threshold(pilot=pilot, from_minor=2 * ONE, approvers=3, by=BY, now=NOON)
    return pilot


@pytest.fixture
def two_runs(pilot):
    runs = []
    for name in ("Amina Example", "Ben Example"):
        ready(an_enrolment(pilot, name=name))
        runs.append(a_prepared_run(pilot))
    return runs


def freeze(run, now=NOON):
    return pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=now)


def test_by_preparing_one_day_and_freezing_the_next(two_runs):
    first, second = two_runs
    tomorrow = NOON + timedelta(hours=25)

    alone = freeze(first, tomorrow)
    together = freeze(second, tomorrow + timedelta(minutes=1))

    assert (alone.approvals_needed, together.approvals_needed) == (1, 3)


def test_by_stopping_what_was_sent(pilot, sandbox, provider):
    ready(an_enrolment(pilot, name="Amina Example"), sandbox.create_account("GB"))
    first = a_frozen_run(pilot, people=0)
    approver = a_member(pilot, Role.APPROVER)
    pay_runs.vote(run=first, approver=approver, available_minor=PLENTY, by=BY, now=NOON)
    send(provider)
    pay_runs.stop(run=first, by=BY, now=NOON)
    ready(an_enrolment(pilot, name="Ben Example"), sandbox.create_account("GB"))

    second = freeze(a_prepared_run(pilot))

    assert Disbursement.objects.get().state == "submitted"
    assert second.approvals_needed == 3


def test_what_a_stopped_run_did_not_send_does_not_count(pilot, two_runs):
    first, second = two_runs
    pay_runs.stop(run=freeze(first), by=BY, now=NOON)

    assert freeze(second).approvals_needed == 1


def test_by_freezing_two_at_one_moment(two_runs):
    first, second = two_runs
    inside, go_on = threading.Event(), threading.Event()

    def freeze_slowly():
        with transaction.atomic():
            freeze(second)
            inside.set()
            go_on.wait(8)
        connection.close()

    def freeze_meanwhile():
        inside.wait(8)
        freeze(first)
        connection.close()

    threads = [threading.Thread(target=one) for one in (freeze_slowly, freeze_meanwhile)]
    for one in threads:
        one.start()
    threads[1].join(1)
    go_on.set()
    for one in threads:
        one.join()

    needed = PayRun.objects.values_list("approvals_needed", flat=True)
    assert sorted(needed) == [1, 3]
