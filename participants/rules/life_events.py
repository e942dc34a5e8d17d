"""What life events do to payments, unless a pilot says otherwise."""

USUAL_EFFECTS = {
    "death": "stop",
    "moved": "continue",
    "prison": "continue",
    "hospital": "continue",
    "appointee": "hold",
    "left_the_cash": "stop",
}


def effect_of(kind: str, own: dict[str, str]) -> str:
    """What an event does to payments: as the pilot's `own` policies say, else the usual."""
    return own.get(kind, USUAL_EFFECTS[kind])
