"""Chance that can be repeated."""

import hashlib


def chance(seed, *subject):
    """A number in [0, 1) that depends on the seed and the subject alone, not on who came first."""
    text = ":".join(str(part) for part in (seed, *subject))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48
