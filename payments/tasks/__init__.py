"""Celery's part: read the clock, fetch what is needed, call an operation.

Every task means "look now". What each finds is claimed in the database, so any number of workers
may look at once, and a lost message is made good by the next tick.
"""

from payments.tasks.hearing import (
    apply_provider_events,
    compare_books,
    create_missing_recipients,
    sweep_accounts,
    sweep_provider_events,
)
from payments.tasks.sending import send_what_is_approved

__all__ = [
    "apply_provider_events",
    "compare_books",
    "create_missing_recipients",
    "send_what_is_approved",
    "sweep_accounts",
    "sweep_provider_events",
]
