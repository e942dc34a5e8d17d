"""A seed that the database keeps and cannot read."""

import hmac


def sealed(seed: bytes, *, key: str, name: str) -> bytes:
    """The seed under a pad that only the key makes, and only for the draw of this name; sealing
    what is sealed opens it. A key that has changed shows when the commitment does not agree."""
    pad = hmac.digest(key.encode(), b"the seal of a draw's seed\x00" + name.encode(), "sha256")
    return bytes(one ^ other for one, other in zip(seed, pad, strict=True))
