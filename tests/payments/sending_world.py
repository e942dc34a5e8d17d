"""Sending, looking again, and what the sandbox's own books say of it."""

from payments.models import Disbursement
from payments.operations import claiming, pausing, sending, unknown
from tests.factories import BY, NOON


def send(provider):
    return sending.send_queued(provider=provider, by=BY, now=NOON)


def start_what_is_approved(provider):
    pausing.start_approved(provider=provider, by=BY, now=NOON)


def claim(provider, limit=10):
    start_what_is_approved(provider)
    return claiming.claim(by=BY, now=NOON, limit=limit)


def look_again(provider, times=3):
    for _ in range(times):
        Disbursement.objects.update(not_before=None)
        unknown.resolve(provider=provider, by=BY, now=NOON)
        send(provider)


def transfers_at(sandbox):
    return [
        one for one in sandbox.log if one["path"] == "/v1/transfers" and one["method"] == "POST"
    ]


def moved(sandbox, disbursement):
    return sandbox.state()["payments"].get(disbursement.public_id, {}).get("transfers", 0)
