"""Pay runs in batch: the same roles and the same refusals as by page."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cashpilot.core.access import Role
from payments.models import Disbursement, PayRun
from tests.factories import a_member, a_pilot, an_approver_now, an_enrolment, ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot():
    made = a_pilot()
    ready(an_enrolment(made))
    a_member(made, Role.APPROVER, email="tom@example.org")
    return made


def command(*words, who="priya@example.org"):
    out = StringIO()
    call_command("pay_runs", *words, "--as", who, stdout=out)
    return out.getvalue().strip()


def test_a_run_goes_from_prepared_to_approved_by_two_people(pilot, rich_sandbox):
    run = command("prepare", pilot.public_id)
    command("submit", run)

    assert command("approve", run, who="tom@example.org").endswith("approved")

    assert Disbursement.objects.count() == 3
    assert run in command("list", pilot.public_id)


def test_the_preparer_does_not_approve_in_batch_either(pilot, rich_sandbox):
    run = command("prepare", pilot.public_id)
    command("submit", run)
    an_approver_now(pilot, "priya@example.org")

    with pytest.raises(CommandError, match="You prepared this pay run"):
        command("approve", run)

    assert not Disbursement.objects.exists()


def test_whoever_has_no_role_finds_nothing(pilot):
    a_member(a_pilot(name="Mill Lane Cash Pilot"), Role.PREPARER, email="ada@example.org")

    with pytest.raises(CommandError):
        command("prepare", pilot.public_id, who="ada@example.org")
    with pytest.raises(CommandError, match="Nobody here"):
        command("prepare", pilot.public_id, who="nobody@example.org")

    assert not PayRun.objects.exists()
