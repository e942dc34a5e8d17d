"""Sealing personal data: what the database holds is of no use to whoever has only the database.

A sealed value is `s1.<key id>.<nonce and ciphertext>`, AES-256-GCM, bound to its column: a value
moved to another column does not open. An index is a keyed hash of a value as people mean it; it
finds the same again, and cannot be turned back.
"""

import hashlib
import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from cashpilot.core.refusals import Refused

SEALED = re.compile(r"s1\.([a-z0-9-]{1,20})\.([A-Za-z0-9_-]{38,}=*)")
NONCE = 12


class CannotOpen(Refused):
    """Personal data that no key at hand opens: for the operator, never a fault of the person's."""

    code = "cannot-open"
    status = 503


def seal(plain: str, column: str) -> str:
    """The value under the first key, for one column; sealing it twice gives two texts."""
    key_id = current_key()
    nonce = os.urandom(NONCE)
    ciphertext = _cipher(settings.PERSONAL_DATA_KEYS[key_id]).encrypt(
        nonce, plain.encode(), column.encode()
    )
    return f"s1.{key_id}.{urlsafe_b64encode(nonce + ciphertext).decode()}"


def open_sealed(sealed: str, column: str) -> str:
    """What was sealed for this column; refused with what to do where its key is not at hand."""
    found = SEALED.fullmatch(sealed)
    if not found:
        return sealed  # written before values were sealed: `rotate_keys` seals it
    key_id, body = found[1], urlsafe_b64decode(found[2])
    secret = settings.PERSONAL_DATA_KEYS.get(key_id)
    if secret is None:
        raise CannotOpen(
            f"Personal data here were written with the key “{key_id}”, which PERSONAL_DATA_KEYS "
            "does not name. Put it back, behind the others, and start again."
        )
    try:
        return _cipher(secret).decrypt(body[:NONCE], body[NONCE:], column.encode()).decode()
    except InvalidTag:
        raise CannotOpen(
            f"A value in {column} does not open with the key “{key_id}”: the key is not the one "
            "that wrote it, or the value was changed. Look for the right key in the backups of "
            "your secrets."
        ) from None


def current_key() -> str:
    """The id of the key that new values are sealed with: the first."""
    return next(iter(settings.PERSONAL_DATA_KEYS))


def index_of(plain: str, kind: str, column: str) -> str:
    """What finds this value again in this column; empty for nothing."""
    meant = as_meant(plain, kind)
    if not meant:
        return ""
    key = settings.BLIND_INDEX_KEY.encode()
    return hmac.new(key, f"{column}\n{meant}".encode(), hashlib.sha256).hexdigest()[:32]


def as_meant(plain: str, kind: str) -> str:
    """A value without what people write now one way and now another.

    A phone number is its digits; anything else its words, whether large or small.
    """
    if kind == "phone":
        return "".join(one for one in plain if one.isdigit())
    return " ".join(plain.casefold().split())


@lru_cache(maxsize=32)
def _cipher(secret: str) -> AESGCM:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"cashpilot personal data")
    return AESGCM(derived.derive(secret.encode()))
