"""Small worlds for tests: `a_…()` makes one plausible thing; override what the test is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.db import connection

from cashpilot.core.access import Role
from cashpilot.core.models import User
from cashpilot.journeys import CashPromise, amend_pilot, enrol_and_award, set_up_whole_pilot
from participants.models import Enrolment, Pilot
from participants.operations.pilots import HelpLine
from participants.operations.roles import give_role, take_role
from participants.queries.designs import plan_of
from payments.models import PayRun, Recipient
from payments.operations import pay_runs

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BY = "test"
PLENTY = 10**12
MANY_ROLES = (Role.MANAGER, Role.CASEWORKER, Role.PREPARER, Role.SAFEGUARDING_LEAD)


def a_user(email: str = "priya@example.org", **fields) -> User:
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, "a long enough password", **fields)


def a_pilot(
    *,
    name: str = "Bridge Street Cash Pilot",
    nation: str = "england-and-wales",
    manager: User | None = None,
    **promise,
):
    terms = {
        "amount_minor": 36_000,
        "count": 3,
        "first_date": date(2026, 3, 2),
        "budget_minor": 100_000_000,
        **promise,
    }
    return set_up_whole_pilot(
        name=name,
        currency="gbp",
        nation=nation,
        cash_arm="Cash",
        comparison_arm="Usual services",
        promise=CashPromise(**terms),
        consent_text="I agree to take part in the pilot.",
        help_line=HelpLine("Sam at Bridge Street", "0800 000 0000", "Monday to Friday, 9 to 5"),
        manager=manager or a_user(may_set_up_pilots=True),
        by=BY,
        now=NOON,
    )


def with_a_waiting_arm(pilot: Pilot, code: str = "later") -> Pilot:
    """The same pilot, amended by an arm of people who wait."""
    plan = plan_of(pilot)
    plan["arms"].append({"code": code, "name": "Waiting list", "kind": "waiting", "ratio": 1})
    amend_pilot(pilot=pilot, plan=plan, reason="More people came", by=BY, now=NOON)
    return pilot


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """What the database keeps of a table's rows does not hold: for states that only it forbids."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def a_member(pilot: Pilot, *roles: Role, email: str = "tom@example.org") -> User:
    user = a_user(email)
    for role in roles:
        give_role(pilot=pilot, user=user, role=role, by=BY, now=NOON)
    return user


def an_approver_now(pilot: Pilot, email: str) -> User:
    """Somebody who may have prepared pay runs before, and approves them from now on."""
    user = a_user(email)
    for held in pilot.memberships.filter(user=user, role=Role.PREPARER):
        take_role(membership=held, by=BY, now=NOON)
    return a_member(pilot, Role.APPROVER, email=email)


def an_enrolment(pilot: Pilot | None = None, *, arm: str = "cash", now=NOON, **person):
    pilot = pilot or Pilot.objects.first() or a_pilot()
    fields = {"name": "Amina Example", "consent_date": date(2026, 2, 20), **person}
    return enrol_and_award(pilot=pilot, arm=pilot.arms.get(code=arm), by=BY, now=now, **fields)


def ready(enrolment: Enrolment, account: str = "") -> Enrolment:
    """Give an enrolment a destination without asking any provider."""
    Recipient.objects.filter(enrolment=enrolment).update(
        provider_account=account or f"acct_{enrolment.pk}", status="ready", account_tail="4242"
    )
    return enrolment


def a_prepared_run(pilot: Pilot, *, due_by: date = date(2026, 3, 2)) -> PayRun:
    preparer = a_member(pilot, Role.PREPARER, email="priya@example.org")
    return pay_runs.prepare(
        fund=pilot.funds.get(purpose="awards"), due_by=due_by, preparer=preparer, by=BY, now=NOON
    )


def an_approved_run(pilot: Pilot, *, due_by: date = date(2026, 3, 2)) -> PayRun:
    run = a_prepared_run(pilot, due_by=due_by)
    pay_runs.submit_for_approval(run=run, preparer=run.prepared_by, by=BY, now=NOON)
    approver = a_member(pilot, Role.APPROVER)
    pay_runs.vote(run=run, approver=approver, available_minor=PLENTY, by=BY, now=NOON)
    run.refresh_from_db()
    return run
