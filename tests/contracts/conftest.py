import threading

import pytest

from tests.contracts.listening import CONNECT_SECRET, PLATFORM_SECRET, Listener


@pytest.fixture
def funded(sandbox):
    """A sandbox with £10,000 to send."""
    sandbox.set_float("gbp", 1_000_000)
    return sandbox


@pytest.fixture
def person(funded):
    """An account that can be paid."""
    return funded.create_account()


@pytest.fixture(scope="module")
def listening():
    listener = Listener()
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield listener
    listener.shutdown()
    listener.server_close()


@pytest.fixture
def listener(listening, funded):
    """A listener that hears of the platform and of connected accounts."""
    listening.received.clear()
    listening.status = 200
    funded.add_webhook(listening.url("platform"), PLATFORM_SECRET)
    funded.add_webhook(listening.url("connect"), CONNECT_SECRET, connect=True)
    return listening


@pytest.fixture
def someone(listener, funded):
    """A person who can be paid, with the events of that already behind us."""
    person = funded.create_account()
    funded.tick()
    listener.received.clear()
    return person
