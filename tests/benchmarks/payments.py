"""Payments: nobody twice and nobody missing, while a third of the calls go wrong."""

from django.conf import settings

from payments.models import Disbursement
from payments.operations import sending, unknown, waiting
from payments.providers import get_provider
from payments.sandbox import Sandbox
from tests.benchmarks.harness import Reading, benchmark
from tests.factories import BY, NOON, a_pilot, an_approved_run, an_enrolment, ready

PEOPLE = 60
WEIGHTS = {
    "429_rate": 3,
    "409_in_use": 1,
    "drop_before": 2,
    "drop_after": 3,
    "500_after": 2,
    "garbage_200": 2,
}
TURNS = 60


@benchmark("payments", "paid twice or missing, 35 % of calls faulty", unit="people", bar=0)
def paid_twice_or_missing() -> Reading:
    """Through the real SDK over HTTP, everybody is paid exactly once by the sandbox's own books."""
    sandbox = Sandbox(limiter=False)
    settings.STRIPE_API_BASE = sandbox.start()
    sandbox.set_float("gbp", 100_000_000)
    pilot = a_pilot()
    for number in range(PEOPLE):
        ready(an_enrolment(pilot, name=f"Person {number}"), sandbox.create_account("GB"))
    an_approved_run(pilot)
    sandbox.faults_at_random(0.35, WEIGHTS, seed=7)
    send_everything()
    sandbox.clear_faults()
    send_everything()
    wrong = sum(one["transfers"] != 1 for one in sandbox.state()["payments"].values())
    missing = PEOPLE - len(sandbox.state()["payments"])
    unsettled = Disbursement.objects.exclude(state="submitted").count()
    sandbox.stop()
    return Reading(wrong + missing + unsettled, 0)


def send_everything() -> None:
    provider = get_provider()
    for _ in range(TURNS):
        Disbursement.objects.filter(state__in=["queued", "unknown"]).update(not_before=None)
        unknown.resolve(provider=provider, by=BY, now=NOON)
        waiting.release_waiting(provider=provider, by=BY, now=NOON)
        if not sending.send_queued(provider=provider, by=BY, now=NOON):
            return
