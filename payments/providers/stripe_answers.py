"""What an exception of the Stripe SDK says about the money.

Only a parsed 4xx other than 409, 424 and 429 means "not executed". A 429 means "this try was not
executed; the same key may be used again". Everything else leaves the outcome open.
"""

import stripe

from payments.providers.base import Answer, Declined, NotNow, Unknown

_OUTCOME_OPEN = (409, 424)
_AT_THE_DOOR = (401, 403)
RATE_REASON = "stripe-rate-limited-reason"


def answer_to(error: Exception) -> Answer:
    """The answer that this exception amounts to; anything not understood is `Unknown`."""
    name = type(error).__name__
    status = getattr(error, "http_status", None)
    if not isinstance(error, stripe.StripeError) or status is None:
        return Unknown(name)
    if isinstance(error, stripe.IdempotencyError):
        return Unknown("idempotency_error")
    if status in _AT_THE_DOOR:
        return Declined(f"HTTP {status}")
    if status == 429:
        reason = rate_reason(error)
        code = _code_of(error) or reason or "rate_limit"
        return NotNow(code, is_crowded=reason.endswith("-concurrency"))
    if status >= 500 or status in _OUTCOME_OPEN:
        return Unknown(f"HTTP {status}", is_server_error=status >= 500)
    if 400 <= status < 500 and error.json_body is not None:
        return Declined(_code_of(error) or f"HTTP {status}")
    return Unknown(f"HTTP {status}, {name}")


def rate_reason(error: Exception) -> str:
    """Why a 429 was answered; empty for a lock that another call holds, and for anything else."""
    headers = getattr(error, "headers", None) or {}
    return next((v for k, v in headers.items() if k.lower() == RATE_REASON), "")


def _code_of(error: stripe.StripeError) -> str:
    inner = getattr(error, "error", None)
    return str(getattr(error, "code", None) or getattr(inner, "code", None) or "")
