"""Whether a pilot takes people in, and by which door."""

from cashpilot.core.refusals import Refused
from participants.models import Pilot
from participants.queries.draws import draw_of


class ByDrawAlone(Refused):
    """In a pilot with a draw nobody chooses who comes into which arm."""

    code = "by-draw-alone"


class NotRunning(Refused):
    """People come into a pilot from its launch until it is closed."""

    code = "not-running"


def check_takes_people_in(pilot: Pilot) -> None:
    """Refuse where people do not come in by hand or by file: before the launch, after the close,
    and where a draw says who comes into which arm."""
    if pilot.state != Pilot.State.LAUNCHED:
        raise NotRunning("This pilot takes nobody in: it is not launched yet, or it is closed.")
    if draw_of(pilot):
        raise ByDrawAlone("People come into the arms of this pilot by its draw. List them there.")
