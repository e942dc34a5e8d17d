"""What is stopped while somebody approves is not queued: the one waits for the other."""

import threading

import pytest
from django.db import connection, transaction

from cashpilot.core.access import Role
from cashpilot.core.refusals import Refused
from payments.models import Award, Disbursement
from payments.operations import pay_runs, schedules
from tests.factories import BY, NOON, PLENTY, a_member, a_pilot
from tests.payments.run_world import a_frozen_run
from tests.payments.schedule_world import who

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_stop_that_is_under_way_is_seen_by_the_vote():
    pilot = a_pilot()
    run = a_frozen_run(pilot)
    approver = a_member(pilot, Role.APPROVER, email="abel@example.org")
    stopped, go_on, said = threading.Event(), threading.Event(), []

    def stop_slowly():
        with transaction.atomic():
            schedules.stop_award(award=Award.objects.first(), reason="Moved", **who())
            stopped.set()
            go_on.wait(8)
        connection.close()

    def vote_meanwhile():
        stopped.wait(8)
        try:
            pay_runs.vote(run=run, approver=approver, available_minor=PLENTY, by=BY, now=NOON)
        except Refused as no:
            said.append(str(no))
        connection.close()

    threads = [threading.Thread(target=one) for one in (stop_slowly, vote_meanwhile)]
    for one in threads:
        one.start()
    threads[1].join(1)
    go_on.set()
    for one in threads:
        one.join()

    assert len(said) == 1
    assert "has changed since it was previewed" in said[0]
    assert not Disbursement.objects.exists()
