"""Why a table is not anonymised: each says what to change."""


class InvalidSpec(ValueError):
    """The specification or a hierarchy contradicts itself or the table."""


class NotSupportedYet(InvalidSpec):
    """The specification asks for something that would otherwise be silently left out."""


class NotAnonymisable(ValueError):
    """No recoding whatever meets the conditions; the message names the condition that fails."""
