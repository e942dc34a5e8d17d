import pytest

from payments.providers import get_provider
from tests.payments.chaos.yard import Yard
from tests.payments.sending_world import start_what_is_approved


@pytest.fixture
def yard_of(rich_sandbox, tmp_path):
    """A yard of the broker at an address, with everything that is approved started."""
    yards = []

    def made(broker: str) -> Yard:
        yards.append(Yard(broker, rich_sandbox.base_url, tmp_path))
        start_what_is_approved(get_provider())
        return yards[-1]

    yield made
    for yard in yards:
        yard.end()
