"""Every page and endpoint of staff, under the act that it takes: the data of docs/roles.md.

A test walks all of them as each role, as a stranger and as nobody, and fails where one is missing
here. Identifiers stand in braces; what needs no identifier shows only what is one's own.
"""

from cashpilot.core.access import ACTS, Role
from cashpilot.entrances.money import MONEY
from cashpilot.entrances.people import PEOPLE
from cashpilot.entrances.pilots import ANYBODY, PILOTS, SET_UP
from cashpilot.entrances.study import STUDY

ENTRANCES = PILOTS | PEOPLE | MONEY | STUDY


def roles_for(act: str) -> frozenset[Role]:
    """The roles that an act of the table above takes; whoever may set up pilots needs none."""
    if act == ANYBODY:
        return frozenset(Role)
    if act == SET_UP:
        return frozenset()
    return frozenset().union(*(ACTS[one] for one in act.split(" or ")))
