"""Form-encoded requests into plain values, and the checks every endpoint needs."""

import re
from urllib.parse import parse_qsl, urlsplit

from . import errors

WORDS = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")


def decoded(text):
    """`a[b]=1&c[0]=2` as `{"a": {"b": "1"}, "c": ["2"]}`."""
    tree = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *parents, last = WORDS.findall(name) or [name]
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
            if not isinstance(branch, dict):
                raise errors.invalid(f"Malformed parameter: {name}", param=name)
        branch[last or str(len(branch))] = value
    return _with_lists(tree)


def only(params, allowed):
    """Refuse a parameter the endpoint does not know, by name."""
    for name in params:
        if name not in allowed and name != "expand":
            raise errors.invalid(
                f"Received unknown parameter: {name}", param=name, code="parameter_unknown"
            )


def required(params, name):
    value = params.get(name)
    if value in (None, "", {}, []):
        raise errors.invalid(
            f"Missing required param: {name}.", param=name, code="parameter_missing"
        )
    return value


def text(params, name, default=None):
    value = params.get(name, default)
    if not isinstance(value, str) and value is not None:
        raise errors.invalid(f"Invalid string: {name}", param=name)
    return value


def required_text(params, name):
    required(params, name)
    return text(params, name)


def address(params, name, *, code=None):
    """A required http or https URL."""
    value = required_text(params, name)
    if not is_address(value):
        raise errors.invalid(f"Not a valid URL: {name}", param=name, code=code)
    return value


def is_address(value):
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def integer(params, name, default=None):
    value = params.get(name, default)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value):
        return int(value)
    raise errors.invalid(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")


def amount(params, name="amount"):
    """A positive number of minor units; required."""
    required(params, name)
    value = integer(params, name)
    if value < 1:
        raise errors.invalid(
            f"{name} must be greater than or equal to 1",
            param=name,
            code="parameter_invalid_integer",
        )
    return value


def currency(params):
    value = required_text(params, "currency")
    if not re.fullmatch(r"[a-zA-Z]{3}", value):
        raise errors.invalid(f"Invalid currency: {value}", param="currency")
    return value.lower()


def flag(params, name, default=None):
    value = params.get(name)
    if value in (None, ""):
        return default
    if value not in ("true", "false"):
        raise errors.invalid(f"Invalid boolean: {value}", param=name)
    return value == "true"


def metadata(params, before=None):
    """The metadata after this request: given keys replace, empty ones are removed."""
    given = params.get("metadata", {})
    if given == "":
        return {}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise errors.invalid("metadata must be a set of key-value pairs", param="metadata")
    merged = {**(before or {}), **given}
    return {key: value for key, value in merged.items() if value != ""}


def _with_lists(tree):
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdigit() for key in tree):
        return [_with_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: _with_lists(value) for key, value in tree.items()}
