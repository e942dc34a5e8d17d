"""Places that people can turn to, one a line: name | phone or web address | what they help with."""

from dataclasses import asdict, dataclass

from cashpilot.core.refusals import Invalid
from participants.rules import LONGEST, clean

MOST_PLACES, LONGEST_PART = 20, 200


@dataclass(frozen=True)
class Place:
    """One place: its name, how to reach it, and what it helps with."""

    name: str
    reach: str
    helps_with: str = ""

    @property
    def url(self) -> str:
        """Where a press on it leads: a page or a telephone; nowhere if it is neither."""
        if self.reach.startswith("https://"):
            return self.reach
        number = "".join(one for one in self.reach if one.isdigit() or one == "+")
        return f"tel:{number}" if len(number) >= 3 else ""


def read_places(text: str) -> list[Place]:
    """The places in a text; a refusal that names the line which is not one."""
    if len(text) > LONGEST["places"]:
        raise Invalid(f"Write at most {LONGEST['places']} characters.", field="places")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return check_places([_read(number, line) for number, line in lines])


def check_places(places: list[Place]) -> list[Place]:
    """A list that is short enough to be read; else a refusal."""
    if not places:
        raise Invalid("Write at least one place.", field="places")
    if len(places) > MOST_PLACES:
        raise Invalid(f"Write at most {MOST_PLACES} places.", field="places")
    for one in places:
        if not one.name or not one.reach:
            raise Invalid("Each place needs a name, and a phone or web address.", field="places")
        if max(map(len, asdict(one).values())) > LONGEST_PART:
            raise Invalid(f"Each part has at most {LONGEST_PART} characters.", field="places")
    return places


def as_text(places: list[Place]) -> str:
    """The places as they are written, to be changed."""
    lines = ([one.name, one.reach, one.helps_with] for one in places)
    return "\n".join(" | ".join(filter(None, parts)) for parts in lines)


def _read(number: int, line: str) -> Place:
    parts = [clean(part) for part in line.split("|")]
    if len(parts) not in (2, 3):
        says = "Write name | phone or web address | what they help with."
        raise Invalid(f"Line {number} is no place. {says}", field="places")
    return Place(*parts)
