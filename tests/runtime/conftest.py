import pytest


@pytest.fixture
def home(open_folder):
    """Where a private server or a demo keeps its data."""
    return open_folder
