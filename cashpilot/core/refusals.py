"""What the system may decline to do, for a reason a person can act on."""


class Refused(Exception):
    """An anticipated "no". The message is written for the person who will read it."""

    code = "refused"
    status = 409


class Invalid(Refused):
    """What was asked cannot be understood; `field` names what to correct."""

    code = "invalid"
    status = 400

    def __init__(self, message: str, *, field: str = ""):
        super().__init__(message)
        self.field = field


class NotAllowed(Refused):
    """The person is known, and may not do this."""

    code = "not-allowed"
    status = 403


class NotFound(Refused):
    """There is no such thing, or it is not theirs to see: the answer is the same."""

    code = "not-found"
    status = 404


class IllegalMove(Refused):
    code = "illegal-move"


class Overtaken(Refused):
    """Somebody else changed the record between our reading and our writing."""

    code = "overtaken"
