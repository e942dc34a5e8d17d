"""What a call costs the sandbox does not depend on how much it has seen, nor on how many call."""

import http.client
import threading

import pytest

from payments.sandbox import Sandbox
from tests.contracts.asking import transfer
from tests.sandbox_fixture import KEY

LISTS = {
    "transfers of a group": ("transfer", ["transfer_group"], "of_group"),
    "transfers to somebody": ("transfer", ["destination"], "of_destination"),
    "transfers of a time": ("transfer", ["created"], "of_kind"),
    "lines of a payout": ("balance_transaction", ["account", "payout"], "of_payout"),
    "lines of a source": ("balance_transaction", ["account", "source"], "of_source"),
    "events of an account": ("event", ["account", "created"], "by_time"),
}


@pytest.mark.parametrize(("kind", "filters", "index"), LISTS.values(), ids=LISTS)
def test_a_list_is_read_from_an_index_in_its_order(sandbox, kind, filters, index):
    conditions = " AND ".join(f"{name} {'>=' if name == 'created' else '='} 1" for name in filters)

    plan = sandbox.world.store.run(
        f"EXPLAIN QUERY PLAN SELECT body FROM objects WHERE kind = ? AND {conditions}"
        " ORDER BY created DESC, seq DESC LIMIT 11",
        kind,
    )

    assert [f"INDEX {index} " in step[3] for step in plan] == [True], plan


def test_the_sdk_s_calls_share_one_line(funded, person, stripe_client):
    before = funded.lines_opened

    for number in range(5):
        stripe_client.v1.transfers.create(transfer(person, amount=1, payment=f"dsb_{number}"))

    assert funded.lines_opened - before == 1


def asked(sandbox):
    """An open line on which one call has been answered."""
    line = http.client.HTTPConnection(sandbox.base_url.removeprefix("http://"), timeout=3)
    line.request("GET", "/v1/balance", headers={"Authorization": f"Bearer {KEY}"})
    assert line.getresponse().read()
    return line


def test_one_line_too_many_waits_until_another_is_closed():
    with_two = Sandbox(limiter=False, lines=2)
    with_two.start()
    first, second = asked(with_two), asked(with_two)
    late = []
    third = threading.Thread(target=lambda: late.append(asked(with_two)))
    third.start()
    third.join(0.3)
    while_full = list(late)

    first.close()
    third.join(3)

    assert while_full == []
    assert len(late) == 1
    second.close()
    with_two.stop()


def test_a_silent_line_makes_room():
    with_one = Sandbox(limiter=False, lines=1, idle=0.2)
    with_one.start()
    silent = asked(with_one)

    assert asked(with_one)

    silent.close()
    with_one.stop()
