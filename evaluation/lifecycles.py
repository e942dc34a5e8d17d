"""Every state machine of the evaluation app, as tables."""

from cashpilot.core.lifecycle import Lifecycle

RELEASE = Lifecycle(
    "release",
    {
        "submitted": frozenset({"approved", "rejected"}),
        "approved": frozenset({"ready", "submitted", "rejected"}),
        "ready": frozenset({"revoked"}),
        "rejected": frozenset(),
        "revoked": frozenset(),
    },
)
