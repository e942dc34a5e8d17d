"""A database restored from a backup pays nobody a second time, and forgets nobody."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.models import F
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.models import User
from cashpilot.core.refusals import Refused
from cashpilot.runtime.postgres import find_programs
from participants.models import Pilot
from payments.models import Difference, Disbursement, ForgottenTransfer, Halt
from payments.operations import halts
from payments.operations.reconciliation import close_difference
from payments.operations.recovery import recover
from payments.queries import ledger_faults
from payments.queries.halts import LISTS_CATCH_UP
from tests.factories import BY, NOON, a_member, a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.sending_world import send, transfers_at

pytestmark = pytest.mark.django_db(transaction=True)
APRIL = date(2026, 4, 2)


@pytest.fixture(autouse=True)
def programs(settings):
    settings.POSTGRES_PROGRAMS = str(find_programs(prefer_installed=True))


@pytest.fixture
def pilot(sandbox, provider):
    """A pilot of two people with a run that is approved and not sent yet."""
    pilot = a_pilot(count=3)
    for name in ("Amina Example", "Ben Example"):
        ready(an_enrolment(pilot, name=name), sandbox.create_account("GB"))
    an_approved_run(pilot)
    a_member(pilot, Role.MANAGER, email="mona@example.org")
    a_member(pilot, Role.APPROVER, email="abel@example.org")
    return pilot


@pytest.fixture
def elsewhere():
    """An empty database of the same server, which the rest of the test is moved to."""
    name = connection.settings_dict["NAME"]
    other = f"{name}_restored"
    run_sql(f"DROP DATABASE IF EXISTS {other}", f"CREATE DATABASE {other}")

    def move():
        connections.close_all()
        connection.settings_dict["NAME"] = other

    yield move
    connections.close_all()
    connection.settings_dict["NAME"] = name
    run_sql(f"DROP DATABASE {other} WITH (FORCE)")


def run_sql(*statements):
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def two_people_lift(halt):
    for email in ("mona@example.org", "abel@example.org"):
        person = User.objects.get(email=email)
        halts.lift_halt(halt=halt, person=person, by=person.public_id, now=NOON)


def reconcile(since):
    """Compare the books, as if the halt had been placed long enough ago."""
    Halt.objects.filter(lifted_at=None).update(placed_at=F("placed_at") - LISTS_CATCH_UP)
    said = StringIO()
    call_command("reconcile", since=since, stdout=said)
    return said.getvalue()


def test_a_restored_database_pays_nobody_twice_and_forgets_nobody(
    pilot, provider, sandbox, elsewhere, tmp_path
):
    call_command("backup", tmp_path / "noon.dump")
    send(provider)
    an_approved_run(pilot, due_by=APRIL)
    send(provider)
    elsewhere()

    call_command("restore", tmp_path / "noon.dump")
    halt = Halt.objects.get()
    send(provider)
    with pytest.raises(Refused, match="reconcile --since"):
        two_people_lift(halt)
    said = reconcile(halt.known_until)
    two_people_lift(halt)
    an_approved_run(Pilot.objects.get(), due_by=APRIL)
    send(provider)

    payments = Disbursement.objects.filter(state="submitted")
    assert "2 taken as transfers" in said
    assert "2 kept as sent" in said
    assert len(transfers_at(sandbox)) == payments.count() == 4
    assert len({one.provider_reference for one in payments}) == 4
    assert list(ledger_faults(Pilot.objects.get().funds.get())) == []


def test_learning_it_twice_changes_nothing(pilot, provider, elsewhere, tmp_path):
    call_command("backup", tmp_path / "noon.dump")
    send(provider)
    an_approved_run(pilot, due_by=APRIL)
    send(provider)
    elsewhere()
    call_command("restore", tmp_path / "noon.dump")
    since = Halt.objects.get().known_until

    reconcile(since)
    again = reconcile(since)

    assert "0 taken" in again
    assert "0 kept" in again
    assert ForgottenTransfer.objects.count() == 2


def test_money_that_nobody_explained_keeps_the_halt(pilot, provider, sandbox, elsewhere, tmp_path):
    call_command("backup", tmp_path / "noon.dump")
    elsewhere()
    call_command("restore", tmp_path / "noon.dump")
    halt = Halt.objects.get()
    body = {"amount": 5_000, "currency": "gbp", "destination": sandbox.create_account("GB")}
    provider.client.v1.transfers.create(body)
    reconcile(halt.known_until)

    with pytest.raises(Refused, match="nobody has explained"):
        two_people_lift(halt)
    close_difference(
        difference=Difference.objects.get(),
        outcome=Difference.Outcome.values[0],
        note="A test by finance.",
        person=User.objects.get(email="mona@example.org"),
        by=BY,
        now=NOON,
    )
    two_people_lift(halt)

    assert Halt.objects.exclude(lifted_at=None).count() == 1


def test_a_comparison_before_the_provider_s_lists_are_whole_does_not_count(
    pilot, provider, elsewhere, tmp_path
):
    call_command("backup", tmp_path / "noon.dump")
    elsewhere()
    call_command("restore", tmp_path / "noon.dump")
    halt = Halt.objects.get()

    call_command("reconcile", since=halt.known_until)

    with pytest.raises(Refused, match="or later"):
        two_people_lift(halt)


def test_what_was_taken_back_since_is_owed_again(pilot, provider, sandbox, elsewhere, tmp_path):
    call_command("backup", tmp_path / "noon.dump")
    send(provider)
    for one in Disbursement.objects.all():
        provider.client.v1.transfers.reversals.create(one.provider_reference)
    elsewhere()
    call_command("restore", tmp_path / "noon.dump")

    reconcile(Halt.objects.get().known_until)

    found = {(one.state, one.returned_to) for one in Disbursement.objects.all()}
    assert found == {("returned", "funds")}


def test_a_second_transfer_of_one_payment_is_not_taken_in(pilot, provider, sandbox):
    send(provider)
    first = Disbursement.objects.order_by("pk").first()
    provider.client.v1.transfers.create(first.request_body)
    until = timezone.now() + timedelta(minutes=1)

    found = recover(provider=provider, since=NOON, until=until, by=BY, now=NOON)

    assert len(provider.transfers_between(NOON, until)) == 3
    assert (found.adopted, found.forgotten) == (0, 0)


def test_a_file_that_was_changed_is_not_restored(pilot, elsewhere, tmp_path):
    file = tmp_path / "noon.dump"
    call_command("backup", file)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    elsewhere()

    with pytest.raises(CommandError, match="SHA-256"):
        call_command("restore", file)

    assert connection.introspection.table_names() == []


def test_a_database_in_use_is_not_written_over(pilot, tmp_path):
    call_command("backup", tmp_path / "noon.dump")

    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", tmp_path / "noon.dump")

    assert Disbursement.objects.count() == 2


def test_a_backup_is_not_written_over_and_nobody_else_reads_it(pilot, tmp_path):
    file = tmp_path / "noon.dump"
    call_command("backup", file)

    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", file)

    assert file.stat().st_mode & 0o077 == 0
