"""Every state machine of the participants app, as tables."""

from cashpilot.core.lifecycle import Lifecycle

ENROLMENT = Lifecycle(
    "enrolment",
    {
        "active": frozenset({"ended"}),
        "ended": frozenset(),
    },
)
