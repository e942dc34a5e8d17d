"""Every state machine of the participants app, as tables."""

from cashpilot.core.lifecycle import Lifecycle

PILOT = Lifecycle(
    "pilot",
    {
        "draft": frozenset({"ready"}),
        "ready": frozenset({"draft", "launched"}),
        "launched": frozenset({"closed"}),
        "closed": frozenset(),
    },
)

ENROLMENT = Lifecycle(
    "enrolment",
    {
        "active": frozenset({"ended"}),
        "ended": frozenset({"active"}),  # a death that was recorded by mistake
    },
)

NOTICE = Lifecycle(
    "notice",
    {
        "waiting": frozenset({"sending", "shown", "cancelled"}),
        "sending": frozenset({"sent", "unknown"}),
        "sent": frozenset(),
        "unknown": frozenset(),  # it may have been sent: it is never sent again by itself
        "shown": frozenset(),
        "cancelled": frozenset(),
    },
)

DRAW = Lifecycle(
    "draw",
    {
        "committed": frozenset({"held", "withdrawn"}),
        "held": frozenset(),
        "withdrawn": frozenset(),
    },
)

COMPLAINT = Lifecycle(
    "complaint",
    {
        "open": frozenset({"looked_at", "answered"}),
        "looked_at": frozenset({"answered"}),
        "answered": frozenset({"closed", "reopened"}),
        "closed": frozenset({"reopened"}),
        "reopened": frozenset({"looked_at", "answered"}),
    },
)
