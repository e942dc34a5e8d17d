"""A fictional pilot with four months behind it, made through the real operations.

Every past payment went through the real SDK to the sandbox, whose clock is turned back and then
forward; nothing is written past the operations. The same seed gives the same pilot.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils import timezone

from cashpilot.core.access import Role
from cashpilot.core.calendars import working_day
from cashpilot.core.models import User
from cashpilot.demo import sandbox
from cashpilot.demo.answers import record_the_study, release_a_dataset
from cashpilot.demo.people import STAFF, name_of
from cashpilot.demo.texts import publish_all
from cashpilot.journeys import CashPromise, enrol_and_award, set_up_whole_pilot
from participants.models import Enrolment, Pilot
from participants.operations.pilots import HelpLine
from participants.operations.roles import give_role
from payments.models import PayRun, Recipient
from payments.operations import pay_runs, provider_events, recipients, sending
from payments.providers import get_provider
from payments.rules import months_after

NAME = "Bridge Street Cash Pilot"
NATION = "england-and-wales"
BY = "demo"
IN_EACH_ARM = 40
MONTHS_BEHIND = 3
AMOUNT_MINOR, COUNT = 36_000, 12
FLOAT_MINOR = 50_000_000
NEWLY_READY = range(30, 38)
NOT_READY = range(38, 40)
ACCOUNT_CLOSED = {5: "000111111113"}
ROLES = {
    "priya": (Role.MANAGER, Role.CASEWORKER, Role.PREPARER),
    "tom": (Role.APPROVER, Role.CASEWORKER),
    "ali": (Role.RESEARCHER,),
}


@dataclass(frozen=True)
class World:
    """What the steps of the seed hand to each other."""

    pilot: Pilot
    staff: dict[str, User]
    paid: list[Enrolment]
    compared: list[Enrolment]
    today: date


def plant() -> World:
    """Make the whole demo pilot; the caller has made sure that there is none yet."""
    today = timezone.localdate()
    began = months_after(today, -MONTHS_BEHIND) - timedelta(days=14)
    sandbox.tell("float", currency="gbp", amount=FLOAT_MINOR)
    sandbox.set_clock(_at(began))
    staff = {key: _user(*who, first=key == "priya") for key, who in STAFF.items()}
    pilot = _pilot(staff, today, _at(began))
    world = World(
        pilot=pilot,
        staff=staff,
        paid=[_person(pilot, "cash", n, began) for n in range(IN_EACH_ARM)],
        compared=[
            _person(pilot, "services", n, began) for n in range(IN_EACH_ARM, 2 * IN_EACH_ARM)
        ],
        today=today,
    )
    _onboard(world, range(NEWLY_READY.start), _at(began))
    for months in range(-MONTHS_BEHIND, 0):
        _pay_a_month(world, _pay_day(today, months))
    _study(world, began)
    _leave_today_open(world)
    return world


def _pay_day(today: date, months: int) -> date:
    return working_day(months_after(today, months), NATION, "before")


def _at(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _user(email: str, first_name: str, last_name: str, *, first: bool) -> User:
    return User.objects.create(
        username=email,
        email=email,
        first_name=first_name,
        last_name=last_name,
        may_set_up_pilots=first,
        password=UNUSABLE_PASSWORD_PREFIX + "demo",
    )


def _pilot(staff: dict[str, User], today: date, now: datetime) -> Pilot:
    pilot = set_up_whole_pilot(
        name=NAME,
        currency="gbp",
        nation=NATION,
        cash_arm="Cash",
        comparison_arm="Conventional services",
        promise=CashPromise(
            amount_minor=AMOUNT_MINOR,
            count=COUNT,
            first_date=months_after(today, -MONTHS_BEHIND),
            budget_minor=AMOUNT_MINOR * COUNT * (IN_EACH_ARM + 20),
            received_minor=AMOUNT_MINOR * COUNT * IN_EACH_ARM // 2,
        ),
        consent_text="I agree to take part. The money is mine, and I can stop at any time.",
        help_line=HelpLine("Sam at Bridge Street", "0800 000 0000", "Monday to Friday, 9 to 5"),
        manager=staff["priya"],
        by=BY,
        now=now,
    )
    for key, roles in ROLES.items():
        for role in roles:
            give_role(pilot=pilot, user=staff[key], role=role, by=BY, now=now)
    publish_all(pilot, by=BY, now=now)
    return pilot


def _person(pilot: Pilot, arm: str, number: int, began: date) -> Enrolment:
    return enrol_and_award(
        pilot=pilot,
        arm=pilot.arms.get(code=arm),
        name=name_of(number),
        code=f"BS{number + 1:03}",
        date_of_birth=date(1965 + number * 13 % 40, 1 + number % 12, 1 + number % 27),
        consent_date=began,
        by=BY,
        now=_at(began, hour=9),
    )


def _onboard(world: World, numbers: range, now: datetime) -> None:
    """Give people accounts at the sandbox and let them finish its onboarding page."""
    provider = get_provider()
    for number in numbers:
        recipient = Recipient.objects.get(enrolment=world.paid[number])
        recipients.ensure_account(recipient=recipient, provider=provider, by=BY, now=now)
        bank = {"bank_number": ACCOUNT_CLOSED.get(number, f"00012345{4242 + number}")}
        sandbox.tell(f"accounts/{recipient.provider_account}/onboard", **bank)
        recipients.observe(recipient=recipient, provider=provider, by=BY, now=now)


def _pay_a_month(world: World, due: date) -> None:
    """One pay run, four days ahead of its date, sent, arrived and heard of by its date."""
    now = _at(due - timedelta(days=4))
    sandbox.set_clock(now)
    _approved_run(world, due, now)
    provider = get_provider()
    while sending.send_queued(provider=provider, by=BY, now=now):
        pass
    sandbox.set_clock(_at(due, hour=8))
    _hear(_at(due, hour=9))


def _approved_run(world: World, due: date, now: datetime) -> PayRun:
    run = _frozen_run(world, due, now)
    return pay_runs.approve(
        run=run, approver=world.staff["tom"], provider=get_provider(), by=BY, now=now
    )


def _frozen_run(world: World, due: date, now: datetime) -> PayRun:
    run = pay_runs.prepare(
        fund=world.pilot.funds.get(), due_by=due, preparer=world.staff["priya"], by=BY, now=now
    )
    pay_runs.submit_for_approval(run=run, preparer=world.staff["priya"], by=BY, now=now)
    return run


def _hear(now: datetime) -> None:
    provider = get_provider()
    provider_events.sweep(provider=provider, by=BY, now=now)
    provider_events.sweep_accounts(provider=provider, by=BY, now=now)
    provider_events.apply_waiting(provider=provider, by=BY, now=now)
    for run in PayRun.objects.filter(state__in=["approved", "sending"]):
        pay_runs.bring_up_to_date(run=run, by=BY, now=now)


def _study(world: World, began: date) -> None:
    now = timezone.now()
    people = [*world.paid, *world.compared]
    record_the_study(world.pilot, people, (began, world.today), now)
    release_a_dataset(world.pilot, world.staff["ali"], world.staff["priya"], now)


def _leave_today_open(world: World) -> None:
    """Two runs are due today: one is sent as soon as a worker turns, one waits for Tom."""
    now = timezone.now()
    sandbox.set_clock(now)
    _approved_run(world, world.today, now)
    _onboard(world, NEWLY_READY, now)
    _frozen_run(world, world.today, now)
