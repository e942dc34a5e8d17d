"""What time brings: the acts that the agenda names."""

from . import (
    agenda,
    outbound_payments,
    payout_runs,
    payouts,
    replica,
    standing,
    topups,
    verifications,
)

ACTS = {
    "account_verified": standing.verified,
    "payout_run": payout_runs.run,
    "payout_submit": payouts.submit,
    "payout_arrive": payouts.arrive,
    "payout_bounce": payouts.bounce,
    "outbound_post": outbound_payments.post,
    "outbound_return": outbound_payments.come_back,
    "verification_expires": verifications.expire,
    "list_catches_up": replica.catch_up,
    "topup_settle": topups.settle,
    "topup_reverse": topups.take_back,
}


def catch_up(world, until=None):
    """Do everything that is due by `until` (now, if not given); returns how many acts that was."""
    return agenda.run_due(world, ACTS, world.now() if until is None else until)
