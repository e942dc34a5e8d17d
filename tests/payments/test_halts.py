"""While sending is halted nothing goes out, for any pilot; one stops it, two let it go on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from cashpilot.core.access import Role
from cashpilot.core.marks import raise_mark
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import NotAllowed
from payments.models import Disbursement, Halt
from payments.operations import halts, sending
from payments.operations.claiming import OlderState
from payments.queries import lag_behind_the_mark
from payments.tasks.sending import send_what_is_approved
from tests.factories import BY, NOON, a_member
from tests.payments.sending_world import claim, send, transfers_at

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def mark(settings, tmp_path):
    settings.SEND_MARK_FILE = str(tmp_path / "send-mark")
    return tmp_path / "send-mark"


@pytest.fixture
def two(disbursement):
    pilot = disbursement.pay_run.fund.pilot
    return (
        a_member(pilot, Role.MANAGER, email="mona@example.org"),
        a_member(pilot, Role.APPROVER, email="abel@example.org"),
    )


def stopped():
    return halts.place_halt(reason=Halt.Reason.BY_A_PERSON, by=BY, now=NOON)


def lift(halt, person):
    return halts.lift_halt(halt=halt, person=person, by=person.public_id, now=LATER)


def test_nothing_is_claimed_while_sending_is_halted(disbursement, provider, sandbox):
    stopped()

    send(provider)

    assert transfers_at(sandbox) == []
    assert Disbursement.objects.get().state == "queued"


def test_what_was_claimed_before_the_halt_is_put_back_unasked(disbursement, provider, sandbox):
    token, rows = claim(provider)
    stopped()

    sending.send_one(disbursement=rows[0], token=token, provider=provider, by=BY, now=NOON)

    assert transfers_at(sandbox) == []
    assert Disbursement.objects.get().state == "queued"


def test_two_people_let_it_go_on(disbursement, provider, sandbox, two):
    halt = stopped()

    half = lift(halt, two[0])
    send(provider)
    sent_by_one = len(transfers_at(sandbox))
    whole = lift(halt, two[1])
    send(provider)

    assert half.lifted_at is None
    assert sent_by_one == 0
    assert whole.lifted_at == LATER
    assert len(transfers_at(sandbox)) == 1


def test_one_person_is_not_two(disbursement, provider, sandbox, two):
    halt = stopped()
    lift(halt, two[0])

    with pytest.raises(NotAllowed, match="Somebody else"):
        lift(halt, two[0])

    assert Halt.objects.get().lifted_at is None


def test_halting_twice_is_one_halt(disbursement):
    first, second = stopped(), stopped()

    assert first == second
    assert AuditEvent.objects.filter(verb="sending.halted").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments_halt SET lifted_at = now(), agreed_at = now(), lifted_by_id = %s,"
        " agreed_by_id = %s",
        "DELETE FROM payments_halt WHERE %s = %s",
    ],
)
def test_the_database_lets_nobody_lift_or_lose_a_halt_alone(disbursement, two, change):
    stopped()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [two[0].pk, two[0].pk])

    assert Halt.objects.get().lifted_at is None


@pytest.mark.django_db(transaction=True)
def test_each_try_is_noted_outside_the_database_before_anybody_is_asked(
    disbursement, provider, mark
):
    _token, rows = claim(provider)

    assert int(mark.read_text()) == rows[0].attempts.get().pk
    assert lag_behind_the_mark() == 0


@pytest.mark.django_db(transaction=True)
def test_an_older_database_sends_nothing_and_halts_itself(disbursement, provider, mark, sandbox):
    mark.write_text("1000000")

    with pytest.raises(OlderState):
        send(provider)
    send_what_is_approved()

    halt = Halt.objects.get()
    assert (halt.reason, halt.mark) == ("older", 1_000_000)
    assert transfers_at(sandbox) == []


@pytest.mark.django_db(transaction=True)
def test_after_it_was_looked_into_tries_are_numbered_above_the_mark(disbursement, provider, mark):
    mark.write_text("1000000")
    halt = halts.place_halt(reason="by_a_person", by=BY, now=NOON, mark=1_000_000)
    pilot = disbursement.pay_run.fund.pilot
    lift(halt, a_member(pilot, Role.MANAGER, email="mona@example.org"))
    lift(halt, a_member(pilot, Role.APPROVER, email="abel@example.org"))

    send(provider)

    assert int(mark.read_text()) > 1_000_000
    assert Disbursement.objects.get().state == "submitted"


@pytest.mark.django_db(transaction=True)
def test_the_mark_never_goes_back(disbursement, provider, mark):
    claim(provider)
    after = mark.read_text()

    raise_mark(mark, 0)

    assert mark.read_text() == after


def test_the_page_stops_everything_and_two_people_let_it_go_on(client, two):
    client.force_login(two[0])
    client.post(reverse("halt_sending"))
    told = client.get(reverse("pay_runs")).content.decode()
    lifting = reverse("lift_halt", args=[Halt.objects.get().public_id])
    client.post(lifting)
    half = client.get(reverse("payments_health")).content.decode()
    client.force_login(two[1])
    client.post(lifting)

    assert "Nothing is sent just now, for any pilot" in told
    assert "One more person has to agree" in half
    assert Halt.objects.get().lifted_by == two[1]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.PREPARER, Role.AUDITOR, Role.RESEARCHER])
def test_other_roles_neither_halt_nor_lift(client, disbursement, role):
    client.force_login(a_member(disbursement.pay_run.fund.pilot, role, email="vic@example.org"))

    stop = client.post("/api/v1/payments/halts/").status_code
    halt = stopped()
    go_on = client.post(f"/api/v1/payments/halts/{halt.public_id}/lift/").status_code

    assert (stop, go_on) == (403, 404)
    assert Halt.objects.get().agreed_by is None


def test_the_api_stops_and_lifts_as_the_page_does(client, two):
    client.force_login(two[0])

    made = client.post("/api/v1/payments/halts/").json()
    half = client.post(f"/api/v1/payments/halts/{made['public_id']}/lift/").json()
    client.force_login(two[1])
    whole = client.post(f"/api/v1/payments/halts/{made['public_id']}/lift/").json()

    assert (made["reason"], half["lifted_at"]) == ("by_a_person", None)
    assert whole["lifted_at"]
    assert client.get("/api/v1/payments/halts/").json() == []


def test_what_waited_before_the_database_became_older_is_looked_up_before_it_is_sent(
    disbursement, provider, sandbox, two
):
    key = {"idempotency_key": "forgotten since"}
    provider.client.v1.transfers.create(disbursement.request_body, key)
    Halt.objects.create(
        reason="restored",
        known_until=NOON,
        placed_at=LATER,
        placed_by=BY,
        agreed_by=two[0],
        agreed_at=LATER,
        lifted_by=two[1],
        lifted_at=LATER,
    )

    send(provider)

    assert len(transfers_at(sandbox)) == 1
    assert Disbursement.objects.get().state == "unknown"
