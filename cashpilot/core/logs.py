"""JSON logs that a machine can search and that name nobody."""

import logging
import re
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import structlog

from cashpilot.core.privacy import MASK, identifying_names

_LINK = re.compile(r"(/s/)[^/\s?#]+")  # a participant's way in, until it is used
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_SEALED = re.compile(r"\bs1\.[a-z0-9-]{1,20}\.[A-Za-z0-9_=-]{38,}")  # it would outlive an erasure
_ALWAYS = frozenset(
    {"email", "phone", "name", "password", "token", "secret", "sealed_seed", "ip", "user_agent"}
)
_ROW = re.compile(  # the row that the database refused, up to the next traceback
    r"DETAIL:.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL
)


@cache
def _masked() -> frozenset[str]:
    return _ALWAYS | identifying_names()


def drop_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]):
    """Mask every key that names an identifying column, however deep it lies and however large it is
    written, and in any words the secret of a sign-in link, an email address, a sealed value and
    what the database says of a row that it refused."""
    return _mask(event)


def _mask(value: Any) -> Any:
    if isinstance(value, MutableMapping):
        return {key: MASK if _is_masked(key) else _mask(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mask(inner) for inner in value]
    if isinstance(value, str):
        without_rows = _ROW.sub(f"DETAIL: {MASK}", _LINK.sub(rf"\1{MASK}", value))
        return _SEALED.sub(MASK, _EMAIL.sub(MASK, without_rows))
    return value


def _is_masked(key: Any) -> bool:
    return isinstance(key, str) and key.lower().replace("-", "_") in _masked()


def formatter() -> logging.Formatter:
    """The formatter of every handler: one JSON object a line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            drop_personal_data,
            structlog.processors.JSONRenderer(),
        ],
    )
