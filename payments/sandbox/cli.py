"""The sandbox as a program."""

import argparse
import os
import signal
import sqlite3
import sys
import threading

from .sandbox import Sandbox
from .server import HOST
from .world import DAY

DEFAULT_PORT = 12111
AS_THEY_ARE = ("port", "start_at", "payout_after", "arrive_after", "topup_after", "country")


def add_options(parser):
    """The options, for our own parser or for a management command's."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free port")
    parser.add_argument(
        "--state", default=":memory:", metavar="FILE", help="keep the state here across restarts"
    )
    parser.add_argument(
        "--start-at", metavar="ISO", help="the sandbox's time when a new state begins"
    )
    parser.add_argument(
        "--payout-after", type=int, default=DAY, metavar="SECONDS", help="from transfer to payout"
    )
    parser.add_argument(
        "--arrive-after", type=int, default=DAY, metavar="SECONDS", help="from payout to the bank"
    )
    parser.add_argument(
        "--topup-after", type=int, default=DAY, metavar="SECONDS", help="from top-up to float"
    )
    parser.add_argument(
        "--country", default="GB", help="of the platform, and of accounts that name none"
    )
    parser.add_argument(
        "--float", action="append", default=[], metavar="CURRENCY=MINOR", help="money at the start"
    )
    parser.add_argument("--latency", type=int, default=0, metavar="MS", help="before every answer")
    parser.add_argument(
        "--no-limiter", action="store_true", help="answer any number of requests a second"
    )
    parser.add_argument(
        "--public-url", default="", metavar="URL", help="where browsers find the hosted pages"
    )
    for kind in ("platform", "connect"):
        parser.add_argument(
            f"--{kind}-webhook",
            nargs=2,
            metavar=("URL", "SECRET"),
            default=_from_environment(kind),
            help=f"or {_variable(kind, 'URL')} and {_variable(kind, 'SECRET')}",
        )


def serve(*, port, **options):
    """Run until SIGTERM or SIGINT; returns the exit status: 1, with a sentence, if it cannot
    begin."""
    try:
        sandbox = _sandbox(port=port, **options)
    except (ValueError, sqlite3.Error) as trouble:
        return _complain(f"The sandbox cannot begin: {trouble}")
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        url = sandbox.start()
    except OSError as trouble:
        sandbox.stop()
        return _complain(
            f"The sandbox cannot listen on {HOST}:{port} ({trouble.strerror}): stop the program "
            "that does, or choose another port with --port."
        )
    _say(f"Sandbox: {url}/sandbox/ (key rk_test_sandbox; no real money)")
    stop.wait()
    sandbox.stop()
    return 0


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m payments.sandbox", description="A payment provider that moves no money."
    )
    add_options(parser)
    return serve(**vars(parser.parse_args(arguments)))


def _sandbox(
    *,
    state,
    latency,
    no_limiter,
    public_url,
    float,
    platform_webhook,
    connect_webhook,
    **options,
):
    return Sandbox(
        state,
        latency=latency / 1000,
        limiter=not no_limiter,
        public_url=public_url.rstrip("/"),
        floats=_floats(float),
        platform_webhook=tuple(platform_webhook or ()),
        connect_webhook=tuple(connect_webhook or ()),
        **{name: options[name] for name in AS_THEY_ARE},
    )


def _say(sentence):
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def _complain(sentence):
    sys.stderr.write(sentence + "\n")
    return 1


def _floats(pairs):
    """`gbp=100000` as {"gbp": 100000}."""
    return {
        currency.lower(): int(amount) for currency, amount in (pair.split("=") for pair in pairs)
    }


def _variable(kind, part):
    return f"STRIPE_SANDBOX_{kind.upper()}_WEBHOOK_{part}"


def _from_environment(kind):
    url = os.environ.get(_variable(kind, "URL"))
    return (url, os.environ.get(_variable(kind, "SECRET"))) if url else None
