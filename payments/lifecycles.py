"""Every state machine of the payments app, as tables."""

from cashpilot.core.lifecycle import Lifecycle

INSTALMENT = Lifecycle(
    "instalment",
    {
        "planned": frozenset({"settled", "cancelled"}),
        "settled": frozenset({"planned"}),  # the bank sent it back: owed again
        "cancelled": frozenset(),
    },
)

PAY_RUN = Lifecycle(
    "pay run",
    {
        "prepared": frozenset({"previewed", "stopped"}),
        "previewed": frozenset({"prepared", "approved", "stopped"}),
        "approved": frozenset({"sending", "stopped"}),
        "sending": frozenset({"done", "stopped"}),
        "stopped": frozenset(),
        "done": frozenset(),
    },
)

DISBURSEMENT = Lifecycle(
    "disbursement",
    {
        "queued": frozenset({"submitting", "submitted", "failed"}),
        "submitting": frozenset({"submitted", "queued", "unknown"}),
        "unknown": frozenset({"submitting", "submitted", "failed"}),
        "submitted": frozenset({"paid", "returned", "failed"}),
        "paid": frozenset({"returned"}),
        "returned": frozenset({"paid", "returned"}),  # from their balance on, or back to our funds
        "failed": frozenset({"submitted"}),  # late proof that an earlier try had moved the money
    },
)

PROVIDER_EVENT = Lifecycle(
    "provider event",
    {
        "received": frozenset({"applied", "ignored", "refused"}),
        "applied": frozenset(),
        "ignored": frozenset({"received"}),  # said again as we can read it
        "refused": frozenset({"received"}),  # a person looked, and has it tried again
    },
)

CLAIM = Lifecycle(
    "claim",
    {
        "proposed": frozenset({"agreed", "declined"}),
        "agreed": frozenset({"paid"}),
        "declined": frozenset(),
        "paid": frozenset(),
    },
)

DIFFERENCE = Lifecycle(
    "difference",
    {
        "open": frozenset({"closed"}),
        "closed": frozenset(),
    },
)
