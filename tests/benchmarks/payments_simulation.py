"""Sixteen simulated days, ours three times, and two policies often written, in the same world."""

from collections.abc import Callable

from tests.benchmarks.harness import Reading, benchmark
from tests.payments.simulation import policies
from tests.payments.simulation.books import Verdict, verdict_on
from tests.payments.simulation.world import AMOUNT, World, a_world

SIZE = 400
PLENTY = 10 * SIZE * AMOUNT


@benchmark("payments", "16 days, 400 x 3: twice, missing or wrongly shown", unit="people", bar=0)
def ours() -> Reading:
    """Nobody twice, nobody missing, everybody at the bank and shown as they are."""
    return Reading(sum(simulated(policies.ours, seed).faults for seed in (1, 2, 3)), 0)


@benchmark("payments", "a new key for each try pays twice: 1 / people", unit="people", bar=1)
def a_new_key() -> Reading:
    """What an SDK and a queue do by themselves must be seen to fail here."""
    return Reading(1, simulated(policies.a_new_key_each_time(), 1, PLENTY).twice)


@benchmark("payments", "one key for ever pays twice: 1 / people", unit="people", bar=1)
def one_key() -> Reading:
    """So must one key that is repeated without ever looking."""
    return Reading(1, simulated(policies.one_key_for_ever(), 1, PLENTY).twice)


def simulated(policy: Callable[[World], None], seed: int, more: int = 0) -> Verdict:
    with a_world(SIZE, seed=seed) as world:
        if more:
            world.sandbox.set_float("gbp", more)
        world.run(policy)
        return verdict_on(world)
