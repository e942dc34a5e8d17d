"""Sixteen days by the hour in a world where a third of the calls go wrong.

The real adapter and SDK over HTTP, the real webhook view with real signatures, and a sandbox whose
clock goes along. Chance is seeded; nothing depends on threads, on hashes or on the time of day.
"""

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from django.conf import settings
from django.test import Client, override_settings

from cashpilot.core import ids
from cashpilot.core.models import Heartbeat
from participants.models import Pilot
from payments.models import Award, Disbursement, Instalment, Recipient
from payments.operations.recipients import observe
from payments.providers import get_provider
from payments.sandbox import Sandbox
from payments.sandbox.events import shown
from tests.factories import a_pilot, a_user, an_approved_run, an_enrolment, ready
from tests.payments.hearing_world import deliver
from tests.payments.simulation.time_machine import a_database_out_of_time, set_database_time

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOURS, QUIET_AFTER = 16 * 24, 9 * 24
AMOUNT = 50_000
FAULTY = 0.35
FAULTS = {
    "429_rate": 3,
    "409_in_use": 1,
    "drop_before": 2,
    "drop_after": 3,
    "timeout_after": 2,
    "500_before": 2,
    "500_after": 2,
    "garbage_200": 1,
}
LOST, DOUBLED, DELAYED_HOURS, HANDLER_KILLED = 0.10, 0.10, 40, 0.03
RESTRICTED, RESTRICTED_FROM, RESTRICTED_TO = 5, 10, 60
ONE_BANK_IN, MENDED_AT, TOPPED_UP_AT = 17, 200, 30
BOUNCES = "000123457701"
RUNS = 4


@dataclass
class World:
    """A pilot, its people and their provider; `hour` is the time."""

    size: int
    seed: int
    sandbox: Sandbox
    hour: int = 0
    begun: int = 0
    accounts: list[str] = field(default_factory=list)
    orders: list[Disbursement] = field(default_factory=list)
    post: list[tuple[int, int, dict]] = field(default_factory=list)
    seen: int = 0
    count: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.provider = get_provider()
        self.client = Client()
        self.approvers = [a_user("tom@example.org"), a_user("uma@example.org")]

    @property
    def now(self) -> datetime:
        return START + timedelta(hours=self.hour)

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    def run(self, look: Callable[["World"], None], *, until: int = HOURS) -> None:
        """Let the hours pass: what happens to people and money, a look, what the provider says.

        With `until` it stops before that hour, and goes on from there when it is run again.
        """
        while self.begun < until:
            self.hour, self.begun = self.begun, self.begun + 1
            set_database_time(self.now)
            self.sandbox.set_clock(self.now)
            self.what_happens()
            look(self)
            self.what_the_post_brings()

    def what_happens(self) -> None:
        """Restrictions, a top-up, banks that are mended, and the end of all faults."""
        unlucky = self.accounts[:RESTRICTED]
        if self.hour == RESTRICTED_FROM:
            for account in unlucky:
                self.sandbox.restrict(account)
        if self.hour == RESTRICTED_TO:
            for account in unlucky:
                self.sandbox.restore(account)
        if self.hour == TOPPED_UP_AT:
            self.sandbox.add_float("gbp", self.size * AMOUNT - self.size // 2 * AMOUNT)
        if self.hour == MENDED_AT:
            for account in self.accounts[::ONE_BANK_IN]:
                self.sandbox.bank_ok(account)
        if self.hour == QUIET_AFTER:
            self.sandbox.clear_faults()

    def what_the_post_brings(self) -> None:
        """New events are lost, doubled and delayed; what is due is posted to our own view."""
        for event in self.new_events():
            if self.hour < QUIET_AFTER and self.happens(LOST):
                continue
            copies = 2 if self.happens(DOUBLED) else 1
            for _ in range(copies):
                late = self.chance.randrange(DELAYED_HOURS) if self.happens(0.3) else 0
                heapq.heappush(self.post, (self.hour + late, next(self.count), event))
        while self.post and self.post[0][0] <= self.hour:
            _, number, event = heapq.heappop(self.post)
            if self.happens(HANDLER_KILLED):
                heapq.heappush(self.post, (self.hour + 1, number, event))
                continue
            assert deliver(self.client, settings, event).status_code == 200

    def new_events(self) -> list[dict]:
        with self.sandbox.world.store.unit():
            found = self.sandbox.world.store.find("event", "seq > ?", self.seen)
            (self.seen,) = self.sandbox.world.store.row("SELECT max(seq) FROM objects")
        return [shown(self.sandbox.world, event) for event in found]


@contextmanager
def a_world(size: int, *, seed: int, accounts: int = 60) -> Iterator[World]:
    """People with approved payments, half of the money, and faults at random."""
    sandbox = Sandbox(limiter=False, frozen=True, start_at=START)
    quick = {"STRIPE_API_BASE": sandbox.start(), "STRIPE_TIMEOUT": (2, 0.3)}
    with override_settings(**quick), seeded_ids(seed), a_database_out_of_time():
        set_database_time(START)
        Heartbeat.objects.filter(name="provider sweep").delete()
        world = World(size, seed, sandbox)
        sandbox.set_float("gbp", size // 2 * AMOUNT)
        populate(world, accounts)
        sandbox.faults_at_random(FAULTY, FAULTS, seed=seed)
        yield world
    sandbox.stop()


@contextmanager
def seeded_ids(seed: int) -> Iterator[None]:
    """Our random ids decide which call meets which fault: here they come from the seed."""
    chance = random.Random(seed)
    with patch.object(ids.secrets, "token_bytes", chance.randbytes):
        yield


def populate(world: World, accounts: int) -> None:
    """Every payment approved, in a few pay runs; one person has several."""
    for number in range(accounts):
        bank = BOUNCES if number % ONE_BANK_IN == 0 else None
        world.accounts.append(world.sandbox.create_account("GB", bank_number=bank))
    shares = [world.size // RUNS] * RUNS
    shares[0] += world.size % RUNS
    for number, share in enumerate(shares):
        pilot = a_pilot(name=f"Pilot {world.seed}.{number}", amount_minor=AMOUNT, count=1)
        enrol(world, pilot, share, number)
        run = an_approved_run(pilot)
        world.orders += run.disbursements.order_by("pk")


def enrol(world: World, pilot: Pilot, share: int, number: int) -> None:
    """So many payments due at once, for people who use the accounts in turn."""
    mine = world.accounts[number::RUNS]
    for account in mine:
        person = an_enrolment(pilot, name=f"Person {account}", email=f"{account}@example.org")
        ready(person, account)
        recipient = Recipient.objects.get(enrolment=person)
        observe(recipient=recipient, provider=world.provider, by="test", now=START)
    awards = list(Award.objects.filter(enrolment__pilot=pilot).order_by("pk"))
    for index in range(len(awards), share):
        award = awards[index % len(awards)]
        Instalment.objects.create(
            award=award,
            number=index // len(awards) + 1,
            due_date=START.date(),
            amount_minor=AMOUNT,
            state_changed_at=START,
        )
