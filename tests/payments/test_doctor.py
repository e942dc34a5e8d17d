"""The check-up of the set-up: each thing that may be missing is named with what to do."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from payments.models import Attestation, CheckUp, RateSlot, RunPause
from payments.operations import check_ups
from payments.providers import get_provider
from payments.queries import may_send_live, owed_until
from tests.factories import BY, NOON, a_pilot, a_user, an_approved_run, an_enrolment, ready
from tests.payments.sending_world import send, transfers_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def set_up(sandbox, provider, settings):
    """An account that is set up as it should be."""
    for name in ("platform", "connect"):
        sandbox.add_webhook(
            f"{settings.BASE_URL}/api/v1/webhooks/stripe/{name}/", connect=name == "connect"
        )
    a_pilot()
    return provider


def findings(provider, now=None):
    _, found = check_ups.check_up(provider=provider, by=BY, now=now or timezone.now())
    return {one.about: one for one in found}


def test_an_account_that_is_set_up_passes(set_up):
    made, _ = check_ups.check_up(provider=set_up, by=BY, now=timezone.now())

    assert made.has_passed, made.findings


@pytest.mark.parametrize(
    ("about", "change"),
    [
        ("key", lambda s: setattr(s, "STRIPE_API_KEY", "something")),
        ("mode", lambda s: setattr(s, "CASHPILOT_MODE", "live")),
        ("webhook platform", lambda s: setattr(s, "BASE_URL", "https://other.example.org")),
        ("provider", lambda s: setattr(s, "STRIPE_API_BASE", "http://127.0.0.1:1")),
        ("key", lambda s: setattr(s, "STRIPE_RECONCILER_KEY", "something")),
        ("webhook connect", lambda s: setattr(s, "STRIPE_API_VERSION", "2020-08-27")),
    ],
)
def test_what_is_missing_is_named(set_up, settings, about, change):
    change(settings)

    found = findings(get_provider())

    assert found[about].verdict == "miss"
    assert found[about].says


def test_a_float_that_is_swept_away_is_named(set_up, sandbox):
    sandbox.schedule_platform_payouts("daily")

    found = findings(set_up)["payouts"]

    assert (found.verdict, "manual" in found.says) == ("miss", True)


def test_an_endpoint_that_is_off_is_named(set_up, provider):
    for one in provider.client.v1.webhook_endpoints.list({}).data:
        provider.client.v1.webhook_endpoints.update(one.id, {"disabled": True})

    found = findings(set_up)

    assert found["webhook platform"].verdict == found["webhook connect"].verdict == "miss"
    assert "on." in found["webhook connect"].says


def test_a_log_that_prints_personal_data_is_named(set_up, monkeypatch):
    monkeypatch.setenv("STRIPE_LOG", "debug")

    found = findings(set_up)["logging"]

    assert (found.verdict, "Unset STRIPE_LOG" in found.says) == ("miss", True)


def test_another_sdk_than_the_tested_one_is_named(set_up, monkeypatch):
    monkeypatch.setattr(check_ups, "SDK", "15.0")

    assert findings(set_up)["SDK"].verdict == "miss"


def test_what_nobody_has_attested_is_missing_in_live_mode(set_up, settings):
    settings.CASHPILOT_MODE = "live"

    found = findings(set_up)

    kinds = ("platform", "agreement", "top_ups", "keys")
    assert {found[kind].verdict for kind in kinds} == {"miss"}


def test_a_key_for_each_role_is_well_and_one_for_all_is_something_to_look_at(set_up, settings):
    one_for_all = findings(set_up)["roles"].verdict

    settings.STRIPE_ONBOARDING_KEY = settings.STRIPE_RECONCILER_KEY = "rk_test_other"

    assert (one_for_all, findings(set_up)["roles"].verdict) == ("look", "ok")


def test_the_float_is_held_against_thirty_days_and_no_more(set_up, sandbox):
    today = timezone.localdate()
    pilot = a_pilot(name="Mill Lane Cash Pilot", first_date=today + timedelta(days=40))
    an_enrolment(pilot, now=timezone.now())
    sandbox.set_float("gbp", 1)

    assert "float" not in findings(set_up)
    assert "gbp" in owed_until(today + timedelta(days=50))


def test_a_clock_that_is_wrong_is_named(set_up):
    found = findings(set_up, timezone.now() + timedelta(minutes=5))

    assert found["clock"].verdict == "miss"


def test_too_small_a_float_is_something_to_look_at(set_up, sandbox):
    pilot = a_pilot(name="Mill Lane Cash Pilot", first_date=timezone.localdate())
    an_enrolment(pilot, now=timezone.now())
    sandbox.set_float("gbp", 1)

    found = findings(set_up)

    assert found["float"].verdict == "look"
    assert "short of the next 30 days" in found["float"].says


def test_what_is_approved_and_not_sent_counts_too(set_up, sandbox):
    pilot = a_pilot(name="Mill Lane Cash Pilot")
    ready(an_enrolment(pilot))
    an_approved_run(pilot)
    sandbox.set_float("gbp", 35_999)

    found = findings(set_up, NOON)

    assert found["float"].says.startswith("£0.01 short")


@pytest.mark.parametrize(("calls", "verdict"), [(7_000, "ok"), (8_000, "look")])
def test_reads_are_counted_and_too_many_are_something_to_look_at(set_up, settings, calls, verdict):
    settings.STRIPE_CALLS_A_SECOND = {"write": 0, "read": 1_000}
    now = timezone.now()
    RateSlot.objects.create(key="read", next_at=now, month=now.date().replace(day=1), calls=calls)

    assert findings(set_up)["reads"].verdict == verdict


def test_the_endpoint_lacks_an_event(set_up, provider, settings):
    (one,) = [
        found
        for found in provider.client.v1.webhook_endpoints.list({}).data
        if found.url.endswith("platform/")
    ]
    provider.client.v1.webhook_endpoints.update(one.id, {"enabled_events": ["transfer.created"]})

    found = findings(provider)

    assert "topup.succeeded" in found["webhook platform"].says


def test_what_no_api_shows_is_asked_for_and_recorded(set_up):
    a_user("priya@example.org")
    assert findings(set_up)["keys"].verdict == "look"

    call_command("doctor", "--record", "keys", "priya@example.org", "Ticket 17")

    assert findings(set_up)["keys"].says.endswith("Ticket 17")
    with pytest.raises(CommandError, match="choose from"):
        call_command("doctor", "--record", "luck", "priya@example.org", "Ticket 17")
    assert Attestation.objects.count() == 1


def test_the_command_says_each_line_and_fails_on_a_miss(set_up, settings, capsys):
    call_command("doctor", "--json")
    said = json.loads(capsys.readouterr().out)
    assert {"about", "verdict", "says"} == set(said[0])
    settings.BASE_URL = "https://other.example.org"

    with pytest.raises(CommandError, match="missing"):
        call_command("doctor")

    assert "Add an endpoint for https://other.example.org" in capsys.readouterr().out


def test_in_live_mode_nothing_is_sent_without_a_check_up_of_this_week(provider, sandbox, settings):
    enrolment = ready(an_enrolment(a_pilot()), sandbox.create_account("GB"))
    an_approved_run(enrolment.pilot)
    settings.CASHPILOT_MODE = "live"

    send(provider)
    assert RunPause.objects.get().reason == "unchecked"
    assert transfers_at(sandbox) == []
    CheckUp.objects.create(mode="live", has_passed=True, findings=[], made_at=NOON)
    send(provider)

    assert len(transfers_at(sandbox)) == 1
    assert not may_send_live(NOON + timedelta(days=8))
