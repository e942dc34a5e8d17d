"""The sandbox provider for any test: one server for the session, a clean state for each test.

Import the three fixtures in a conftest. Tests that need several sandboxes, or one on a file,
make their own with `payments.sandbox.Sandbox`.
"""

import pytest
import stripe

from payments.sandbox import Sandbox

KEY = "rk_test_sandbox"


@pytest.fixture(scope="session")
def sandbox_server():
    """One sandbox on a free port for the whole session; the rate limiter is off unless a test
    turns it on."""
    server = Sandbox(limiter=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sandbox(sandbox_server):
    """The sandbox with nothing in it: no accounts, no float, no faults, the clock at real time."""
    sandbox_server.reset()
    yield sandbox_server
    sandbox_server.reset()


@pytest.fixture
def rich_sandbox(sandbox, settings):
    """The product's own provider is this sandbox, with plenty of money in it."""
    settings.STRIPE_API_BASE = sandbox.base_url
    sandbox.set_float("gbp", 10_000_000)
    return sandbox


@pytest.fixture
def stripe_client(sandbox):
    """A real SDK client that talks to the sandbox and never retries by itself."""
    return client_of(sandbox)


def client_of(sandbox, *, key=KEY, timeout=(3, 5)):
    return stripe.StripeClient(
        key,
        base_addresses={"api": sandbox.base_url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=timeout),
    )
