"""Chance that anybody can repeat: a generator over HMAC-SHA-256, alike in every language.

A label is a list of words, written as JSON without blanks, so that no two labels run together.

* The lot of a code is HMAC-SHA-256(seed, label, a zero byte, the code); who is drawn in order is
  drawn by their lots, smallest first.
* A stream is HMAC-SHA-256(seed, label, a one byte, the block's number in 8 bytes) for the blocks
  0, 1, 2 …, each cut into four whole numbers of 64 bits, the most significant byte first.
* A number below n is the stream's next number modulo n; numbers from the largest multiple of n
  below 2^64 on are passed over, so that each result is as likely as any other.
* A shuffle goes from the last place to the second and swaps each with a place drawn from those up
  to and including it.
"""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

WORDS = 2**64
Thing = TypeVar("Thing")


def in_order(seed: bytes, codes: Iterable[str], *label: str) -> list[str]:
    """The codes by their lots; the order in which they are given makes no difference."""
    start = _written(label) + b"\x00"
    return sorted(codes, key=lambda code: hmac.digest(seed, start + code.encode(), "sha256"))


class Stream:
    """Numbers drawn one after another under one label."""

    def __init__(self, seed: bytes, *label: str):
        self._seed, self._start = seed, _written(label) + b"\x01"
        self._block, self._waiting = 0, list[int]()

    def below(self, n: int) -> int:
        """A whole number from 0 up to, and not including, n."""
        end = WORDS - WORDS % n
        while (word := self._next()) >= end:
            pass
        return word % n

    def shuffled(self, things: Sequence[Thing]) -> list[Thing]:
        """The same things in a drawn order."""
        drawn = list(things)
        for last in range(len(drawn) - 1, 0, -1):
            other = self.below(last + 1)
            drawn[last], drawn[other] = drawn[other], drawn[last]
        return drawn

    def one_of(self, weights: Mapping[str, int]) -> str:
        """One name, each as often as its weight says."""
        ticket = self.below(sum(weights.values()))
        for name, weight in weights.items():
            ticket -= weight
            if ticket < 0:
                return name
        raise ValueError("No name has a weight.")

    def _next(self) -> int:
        if not self._waiting:
            message = self._start + self._block.to_bytes(8, "big")
            block = hmac.digest(self._seed, message, "sha256")
            self._waiting = [int.from_bytes(block[at : at + 8], "big") for at in (24, 16, 8, 0)]
            self._block += 1
        return self._waiting.pop()


def apportion(total: int, weights: Mapping[Thing, int], ties: Stream) -> dict[Thing, int]:
    """`total` shared out by weight in whole numbers: by largest remainder, equal ones by lot."""
    whole = sum(weights.values())
    shares = {name: total * weight // whole for name, weight in weights.items()}
    queue = ties.shuffled(list(weights))
    queue.sort(key=lambda name: -(total * weights[name] % whole))
    for name in queue[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def _written(label: Sequence[str]) -> bytes:
    return json.dumps(label, ensure_ascii=False, separators=(",", ":")).encode()
