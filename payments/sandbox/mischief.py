"""What goes wrong with webhooks on their way, when a test or a demonstration asks for it."""

from dataclasses import dataclass
from fnmatch import fnmatch

from .chances import chance


@dataclass(frozen=True)
class Mischief:
    """Rates are 0 to 1, `delay` is at most so many seconds of sandbox time.

    `types` limits loss, doubling and delay to some events; `hold` and `shuffle` touch all.
    """

    lose: float = 0.0
    duplicate: float = 0.0
    delay: int = 0
    shuffle: bool = False
    hold: bool = False
    types: tuple = ("*",)
    seed: int = 0

    def fate(self, type, subject):
        """(is it lost, how many copies are sent, how long it waits)."""
        if not any(fnmatch(type, wanted) for wanted in self.types):
            return False, 1, 0
        lost = chance(self.seed, "lose", *subject) < self.lose
        doubled = chance(self.seed, "duplicate", *subject) < self.duplicate
        return lost, 2 if doubled else 1, int(chance(self.seed, "delay", *subject) * self.delay)
