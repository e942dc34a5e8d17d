"""Public identifiers: safe in a URL, a log line or a provider's metadata; they say what they
name."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
READ_ALOUD = "346789ABCDEFGHJKMNPQRTUVWXY"

_LETTERS = (ALPHABET * 8).encode()  # every byte stands for one of 32 letters, each as likely


def new_id(prefix: str) -> str:
    """A random id of 100 bits, such as par_8k2m…; it carries no order and no meaning."""
    return f"{prefix}_{secrets.token_bytes(20).translate(_LETTERS).decode()}"


def new_code() -> str:
    """Six characters that people can read to each other: no 0 or O, 1 or I, 5 or S, 2 or Z."""
    return "".join(secrets.choice(READ_ALOUD) for _ in range(6))
