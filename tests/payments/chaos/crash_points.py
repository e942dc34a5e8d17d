"""Imported into a worker by `celery worker --include`: kills it once, at the step that is named.

`CRASH_AT` names the step; the file `CRASH_MARK` is made by whoever crashes, so that nobody crashes
twice. Nothing of the product knows of this.
"""

import functools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from payments.operations import answers, claiming, provider_events, sending, settlement
from payments.providers.stripe import StripeProvider


def crash() -> None:
    """Die as by kill -9, unless somebody has died already."""
    try:
        Path(os.environ["CRASH_MARK"]).touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def before(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def dying(*args: Any, **kwargs: Any) -> Any:
        crash()
        return call(*args, **kwargs)

    return dying


def after(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def dying(*args: Any, **kwargs: Any) -> Any:
        result = call(*args, **kwargs)
        crash()
        return result

    return dying


def wrap(owner: Any, name: str, how: Callable) -> Callable[[], None]:
    return lambda: setattr(owner, name, how(getattr(owner, name)))


STEPS: dict[str, Callable[[], None]] = {
    "before the claim": wrap(sending, "claim", before),
    "in the claim, before it commits": wrap(claiming, "start_try", after),
    "after the claim, before the call": wrap(StripeProvider, "send", before),
    "after the money moved, before the answer is recorded": wrap(StripeProvider, "send", after),
    "in the recording, before it commits": wrap(answers, "take_in", after),
    "after the recording": wrap(sending, "record", after),
    "in settling, before it commits": wrap(settlement, "apply_payout", after),
    "after settling, before the event is ticked off": wrap(provider_events, "_act", after),
}

if os.environ.get("CRASH_AT"):
    STEPS[os.environ["CRASH_AT"]]()
