"""Each role has a key of its own, and a webhook secret can be rolled without losing a webhook."""

from datetime import timedelta

import pytest

from payments.models import ProviderEvent
from payments.providers import get_provider
from tests.factories import NOON, a_pilot, an_approved_run, an_enrolment, ready
from tests.payments.hearing_world import deliver, events_of
from tests.payments.sending_world import send, transfers_at

pytestmark = pytest.mark.django_db

SENDING, ONBOARDING, MATCHING = "rk_test_sending", "rk_test_onboarding", "rk_test_matching"


@pytest.fixture
def roles(provider, sandbox, settings):
    """The provider with a key for each role, and a sandbox that has been asked nothing yet."""
    settings.STRIPE_API_KEY = SENDING
    settings.STRIPE_ONBOARDING_KEY = ONBOARDING
    settings.STRIPE_RECONCILER_KEY = MATCHING
    return get_provider()


def used(sandbox):
    """{key: what was asked with it}"""
    asked: dict[str, set[str]] = {}
    for one in sandbox.log:
        asked.setdefault(one["api_key"], set()).add(one["operation"])
    return asked


def test_the_key_that_sends_money_writes_transfers_and_nothing_else(roles, sandbox):
    enrolment = ready(an_enrolment(a_pilot()), sandbox.create_account("GB"))
    an_approved_run(enrolment.pilot)

    send(roles)

    assert len(transfers_at(sandbox)) == 1
    writes = {one for one in used(sandbox)[SENDING] if not one.startswith("GET")}
    assert writes == {"POST /v1/transfers"}
    assert not any(one.startswith("POST") for one in used(sandbox).get(MATCHING, ()))


def test_accounts_and_links_are_made_with_the_onboarding_key_alone(roles, sandbox):
    account = roles.ensure_recipient(recipient="rcp_1", country="GB")
    link = {"return_url": "http://127.0.0.1/b", "refresh_url": "http://127.0.0.1/r"}
    roles.onboarding_url(account=account, **link)
    sandbox.onboard(account)
    roles.login_url(account)

    assert set(used(sandbox)) == {ONBOARDING}


def test_matching_reads_with_its_own_key(roles, sandbox):
    account = sandbox.create_account("GB")
    period = NOON - timedelta(days=1), NOON

    roles.transfers_between(*period)
    roles.payouts_between(account, *period)
    roles.events_since(NOON)
    roles.platform()

    assert set(used(sandbox)) == {MATCHING}


def test_without_keys_of_their_own_all_roles_use_the_one_key(provider, sandbox, settings):
    settings.STRIPE_API_KEY = "rk_test_one"
    everything = get_provider()

    everything.ensure_recipient(recipient="rcp_1", country="GB")
    everything.events_since(NOON)

    assert set(used(sandbox)) == {"rk_test_one"}


@pytest.mark.parametrize("secret", ["whsec_old", "whsec_new"])
def test_while_a_secret_is_rolled_both_are_believed(client, settings, sandbox, provider, secret):
    settings.STRIPE_WEBHOOK_SECRETS = {"platform": "whsec_old,whsec_new", "connect": "whsec_c"}
    sandbox.set_float("gbp", 1_000)
    provider.client.v1.topups.create({"amount": 5, "currency": "gbp"})

    answer = deliver(client, settings, events_of(sandbox)[0], secret=secret)

    assert answer.status_code == 200
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize("secret", ["whsec_other", "whsec_old,whsec_new", "whsec_c"])
def test_no_third_secret_is_believed_meanwhile(client, settings, sandbox, provider, secret):
    settings.STRIPE_WEBHOOK_SECRETS = {"platform": "whsec_old,whsec_new", "connect": "whsec_c"}
    provider.client.v1.topups.create({"amount": 5, "currency": "gbp"})

    answer = deliver(client, settings, events_of(sandbox)[0], secret=secret)

    assert answer.status_code == 400
    assert not ProviderEvent.objects.exists()
