"""A Stripe-shaped payment provider on this machine, for tests and demonstrations.

It knows nothing of the rest of the project and moves no money. Start it with
`python -m payments.sandbox`, with `manage.py stripe_sandbox`, or from Python with `Sandbox`.
"""

from .sandbox import Sandbox

__all__ = ["Sandbox"]
