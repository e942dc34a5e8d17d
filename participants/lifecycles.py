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
        "active": frozenset({"ended", "undone"}),
        "ended": frozenset({"active"}),  # a death that was recorded by mistake
        "undone": frozenset(),  # their file was taken back: they never took part
    },
)

INTAKE = Lifecycle(
    "intake",
    {
        "uploaded": frozenset({"checking", "dropped"}),
        "checking": frozenset({"checked", "uploaded", "dropped"}),
        "checked": frozenset({"uploaded", "checking", "adding", "dropped"}),
        "adding": frozenset({"added", "checked"}),
        "added": frozenset({"undone"}),
        "undone": frozenset(),
        "dropped": frozenset(),
    },
)

PAIR = Lifecycle(
    "pair",
    {
        "open": frozenset({"different", "same"}),
        "different": frozenset({"same"}),  # looked at again, by a person
        "same": frozenset(),
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
