import pytest


@pytest.fixture
def funded(sandbox):
    """A sandbox with £10,000 to send."""
    sandbox.set_float("gbp", 1_000_000)
    return sandbox


@pytest.fixture
def person(funded):
    """An account that can be paid."""
    return funded.create_account()
