"""Ours, and two that are often written: how each looks for work in one hour of the simulation."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from payments.models import Disbursement
from payments.operations import (
    claiming,
    pausing,
    pay_runs,
    provider_events,
    sending,
    unknown,
    waiting,
)
from payments.operations.disbursements import order_of
from payments.providers.base import Accepted, Answer
from payments.queries import unfinished_runs, unknown_to_look_up
from tests.payments.simulation.world import World

BY = "worker"
WORKERS = 3
BEFORE_CLAIM, AFTER_CLAIM, BEFORE_RECORD = 0.02, 0.03, 0.03


class Killed(BaseException):
    """A worker that is gone: no `except Exception` sees it."""


class Mortal:
    """The real provider, in a process that may die after the money moved."""

    def __init__(self, world: World):
        self.world = world

    def __getattr__(self, name: str):
        return getattr(self.world.provider, name)

    def send(self, order, body) -> Answer:
        answer = self.world.provider.send(order, body)
        if self.world.happens(BEFORE_RECORD):
            raise Killed
        return answer


def ours(world: World) -> None:
    """What the tasks do, by several workers that may be killed at any seam.

    With nothing left to send, one look a day is enough to see that none sends anything more.
    """
    unsent = Disbursement.objects.filter(state__in=["queued", "submitting", "unknown"])
    for _ in range(WORKERS if unsent.exists() else world.hour % 24 == 0):
        with suppress(Killed):
            look(world)
    hear(world)


def look(world: World) -> None:
    provider, now = Mortal(world), world.now
    sending.expire_leases(by=BY, now=now)
    for row in unknown_to_look_up():
        with suppress(Killed):
            unknown.resolve_one(disbursement=row, provider=provider, by=BY, now=now)
    waiting.release_waiting(provider=provider, by=BY, now=now)
    pausing.start_approved(provider=provider, by=BY, now=now)
    release_what_people_release(world)
    while send_a_batch(world, provider):
        pass
    for run in unfinished_runs():
        pay_runs.bring_up_to_date(run=run, by=BY, now=now)


def send_a_batch(world: World, provider: Mortal) -> int:
    if world.happens(BEFORE_CLAIM):
        raise Killed
    token, claimed = claiming.claim(by=BY, now=world.now, limit=20)
    for one in claimed:
        if world.happens(AFTER_CLAIM):
            raise Killed
        sending.send_one(disbursement=one, token=token, provider=provider, by=BY, now=world.now)
    return len(claimed)


def release_what_people_release(world: World) -> None:
    """After a server error two people look at the provider's books, a day apart, and let go."""
    held = Disbursement.objects.filter(state="unknown", held_reason="review")
    for one in held:
        for person in world.approvers:
            waiting.release(disbursement=one, person=person, by=BY, now=world.now)


def hear(world: World) -> None:
    now, provider = world.now, world.provider
    provider_events.apply_waiting(provider=provider, by=BY, now=now)
    if world.hour % 3 == 0:
        provider_events.sweep(provider=provider, by=BY, now=now)
    if world.hour % 12 == 0:
        provider_events.sweep_accounts(provider=provider, by=BY, now=now)


def a_new_key_each_time() -> Callable[[World], None]:
    """What an SDK and a queue do by themselves: any exception is tried again, under a fresh key."""
    return naive(lambda order, tries: f"{order.public_id}-{tries}")


def one_key_for_ever() -> Callable[[World], None]:
    """One key for each payment, repeated until it works, and nothing is ever looked up."""
    return naive(lambda order, tries: order.public_id)


def naive(key_of: Callable[[Disbursement, int], str]) -> Callable[[World], None]:
    done: set[int] = set()
    tries: dict[int, int] = {}

    def look(world: World) -> None:
        for order in world.orders:
            if order.pk in done:
                continue
            tries[order.pk] = tries.get(order.pk, 0) + 1
            if accepted(world, order, key_of(order, tries[order.pk])):
                done.add(order.pk)

    return look


def accepted(world: World, order: Disbursement, key: str) -> bool:
    """Ask under this key; whether the worker lived to hear of success."""
    answer = world.provider.send(replace(order_of(order), key=key), order.request_body)
    return isinstance(answer, Accepted) and not world.happens(BEFORE_RECORD)
