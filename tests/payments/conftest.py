import pytest

from payments.providers import get_provider


@pytest.fixture
def provider(sandbox, settings):
    """The real adapter and SDK, talking over HTTP to a sandbox that has money."""
    settings.STRIPE_API_BASE = sandbox.base_url
    sandbox.set_float("gbp", 10_000_000)
    return get_provider()
