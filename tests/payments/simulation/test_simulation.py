"""Sixteen days of trouble: ours pays everybody once; two policies often written do not."""

import pytest

from payments.models import Disbursement
from tests.payments.simulation import policies
from tests.payments.simulation.books import shown_wrongly, verdict_on
from tests.payments.simulation.world import AMOUNT, MENDED_AT, a_world

pytestmark = pytest.mark.django_db
SIZE = 100


def test_through_sixteen_days_of_trouble_everybody_is_paid_exactly_once():
    with a_world(SIZE, seed=1, accounts=20) as world:
        world.run(policies.ours, until=MENDED_AT)
        came_back = Disbursement.objects.filter(state="returned").count()
        wrong_while_it_lies_there = shown_wrongly(world)
        world.run(policies.ours)
        verdict = verdict_on(world)
        spent = world.sandbox.state()["float"]["gbp"]

    assert came_back > 0
    assert wrong_while_it_lies_there == 0
    assert (verdict.twice, verdict.missing) == (0, 0)
    assert (verdict.not_at_the_bank, verdict.shown_wrongly) == (0, 0)
    assert (verdict.over_minor, spent) == (0, 0)
    assert (verdict.booked_wrongly, verdict.ledger_off_minor) == (0, 0)


def test_a_new_key_for_each_try_visibly_pays_twice():
    with a_world(SIZE, seed=1, accounts=20) as world:
        world.sandbox.set_float("gbp", 10 * SIZE * AMOUNT)
        world.run(policies.a_new_key_each_time())
        verdict = verdict_on(world)

    assert verdict.twice >= SIZE // 10
    assert verdict.over_minor >= verdict.twice * AMOUNT


def test_one_key_repeated_for_ever_visibly_pays_twice_once_it_lapses():
    with a_world(SIZE, seed=1, accounts=20) as world:
        world.sandbox.set_float("gbp", 10 * SIZE * AMOUNT)
        world.run(policies.one_key_for_ever())
        verdict = verdict_on(world)

    assert verdict.twice >= SIZE // 50
    assert verdict.over_minor >= verdict.twice * AMOUNT
