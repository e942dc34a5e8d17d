"""The arithmetic of money promised and money sent: plain values in, plain values out."""

from payments.rules.schedules import (
    Plan,
    count_at,
    months_after,
    open_day,
    open_day_from,
    pay_dates,
    payday_is_possible,
    spread,
)
from payments.rules.sending import (
    KEY_IS_DEAD_AFTER,
    KEY_IS_SAFE_FOR,
    UNDER_WAY,
    Line,
    approvals_needed,
    back_off,
    content_hash,
    final_moment,
    idempotency_key,
    line_hash,
    next_step,
    rate_after,
)

__all__ = [
    "KEY_IS_DEAD_AFTER",
    "KEY_IS_SAFE_FOR",
    "UNDER_WAY",
    "Line",
    "Plan",
    "approvals_needed",
    "back_off",
    "content_hash",
    "count_at",
    "final_moment",
    "idempotency_key",
    "line_hash",
    "months_after",
    "next_step",
    "open_day",
    "open_day_from",
    "pay_dates",
    "payday_is_possible",
    "rate_after",
    "spread",
]
