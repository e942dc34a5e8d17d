"""The questions other code may ask of payments. Nothing here writes."""

from payments.queries.money import LIVE, balances_of, promised_minor, sent_minor, total_of
from payments.queries.pay_runs import (
    Due,
    Preview,
    disbursement_for,
    due_in,
    events_that_need_a_person,
    line_of,
    lines_as_prepared,
    lines_now,
    pay_run_for,
    pay_runs_of,
    preview_of,
    recipient_of,
    unfinished_runs,
    waiting_for_a_person,
)
from payments.queries.schedules import Payment, Schedule, received_minor, schedule_of
from payments.queries.sending import (
    events_waiting,
    may_still_be_asked,
    open_pause_of,
    sendable_runs,
)

__all__ = [
    "LIVE",
    "Due",
    "Payment",
    "Preview",
    "Schedule",
    "balances_of",
    "disbursement_for",
    "due_in",
    "events_that_need_a_person",
    "events_waiting",
    "line_of",
    "lines_as_prepared",
    "lines_now",
    "may_still_be_asked",
    "open_pause_of",
    "pay_run_for",
    "pay_runs_of",
    "preview_of",
    "promised_minor",
    "received_minor",
    "recipient_of",
    "schedule_of",
    "sendable_runs",
    "sent_minor",
    "total_of",
    "unfinished_runs",
    "waiting_for_a_person",
]
