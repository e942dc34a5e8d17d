"""Keyed pseudonyms: the same person keeps one inside a project, and nobody can compute it."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

LENGTH = 12  # characters of base32: 60 bits
LEAST_SECRET = 32  # bytes
BLOCK = 32  # bytes of SHA-256


def pseudonym(master: bytes, domain: str, key: str) -> str:
    """The pseudonym of the person `key` in `domain`: 12 characters, A to Z and 2 to 7.

    base32(HMAC-SHA256(HKDF(master, domain), key))[:12]. `domain` is a project whose waves must
    link, or one public release. Raises ValueError for a `master` under 32 bytes, or an empty
    domain or key.
    """
    return _digest(_domain_key(master, domain), key)


def pseudonyms(master: bytes, domain: str, keys: Iterable[str]) -> dict[str, str]:
    """The pseudonym of each key. Raises ValueError should two keys share one."""
    secret = _domain_key(master, domain)
    found = {key: _digest(secret, key) for key in keys}
    if len(set(found.values())) < len(found):
        raise ValueError(f"Two people would share a pseudonym in {domain!r}: use another domain.")
    return found


def hkdf(master: bytes, info: bytes, length: int = BLOCK, salt: bytes = b"") -> bytes:
    """A key of `length` bytes derived from `master` for one purpose (RFC 5869, SHA-256)."""
    extracted = hmac.digest(salt or bytes(BLOCK), master, hashlib.sha256)
    block, out = b"", b""
    for counter in range(1, -(-length // BLOCK) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), hashlib.sha256)
        out += block
    return out[:length]


def _domain_key(master: bytes, domain: str) -> bytes:
    if len(master) < LEAST_SECRET:
        raise ValueError(f"The master secret needs at least {LEAST_SECRET} bytes.")
    if not domain:
        raise ValueError("A pseudonym belongs to a domain: name the project or the release.")
    return hkdf(master, domain.encode("utf-8"))


def _digest(secret: bytes, key: str) -> str:
    if not key:
        raise ValueError("There is no pseudonym for an empty identifier.")
    digest = hmac.digest(secret, key.encode("utf-8"), hashlib.sha256)
    return base64.b32encode(digest).decode("ascii")[:LENGTH]
