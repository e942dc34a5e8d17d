"""The fictional pilot of the demo is made through the real operations, and it adds up."""

import pytest

from cashpilot.core import audit
from cashpilot.demo import seed
from evaluation.models import Release
from payments.models import Disbursement, PayRun
from payments.queries import balances_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_demo_pilot_has_a_past_that_adds_up_and_a_present_to_watch(sandbox, settings):
    settings.STRIPE_API_BASE = sandbox.base_url

    world = seed.plant()

    states = list(PayRun.objects.order_by("prepared_at", "pk").values_list("state", flat=True))
    assert states == ["done", "done", "done", "approved", "previewed"]
    assert Disbursement.objects.filter(state="paid").count() == 3 * 29
    assert Disbursement.objects.get(state="returned").failure == "account_closed"
    balances = balances_of(world.pilot.funds.get())
    assert sum(balances.values()) == 0
    assert Release.objects.get(pilot=world.pilot).state == "approved"
    assert balances["participant"] == 3 * 29 * seed.AMOUNT_MINOR
    audit.seal(limit=100_000)
    assert list(audit.verify()) == []
