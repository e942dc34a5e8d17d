"""The sandbox as a Python object: start it, talk to it as to the provider, and steer it."""

import json
import threading

from . import (
    account_shape,
    accounts,
    balances,
    payout_runs,
    standing,
    summary,
    thin_events,
    timeline,
    webhooks,
)
from .api import Api
from .clock import Clock, moment
from .deliveries import Sender
from .faults import Faults
from .idempotency import Keys
from .limiter import Limiter
from .mischief import Mischief
from .server import Server
from .store import Store
from .world import Call, Options, World

TICK = 0.25  # real seconds between looks at the agenda
REACHED = 5  # real seconds the threads have to end


class Sandbox:
    """A payment provider on 127.0.0.1 that moves no money.

    `path` is a state file or `:memory:`; `start_at` (ISO text, datetime or seconds) sets the clock
    of a new state; `frozen` stops it, so that it moves only by `advance` and `set_clock`; the rest
    are the fields of `Options`.
    """

    def __init__(self, path=":memory:", *, port=0, start_at=None, frozen=False, **options):
        self._port = port
        self._start_at = None if start_at is None else moment(start_at)
        self._frozen = frozen
        store = Store(path)
        self.world = World(store, self._clock(store), Options(**options))
        self.faults = Faults()
        self.limiter = Limiter(on=self.world.options.limiter)
        self.api = Api(self.world, Keys(self.world), self.limiter, self.faults)
        self._sender = Sender(self.world)
        self._stopping = threading.Event()
        self._threads = []
        self._server = None
        if store.is_new:
            self._fill()
        self._listen()

    # running

    def start(self):
        """Answer and send webhooks until `stop`; returns the URL. OSError if the port is taken."""
        self._server = Server(self, self._port)
        self.world.base_url = self._server.url
        for work in (self._serve_for_ever, self._tick_for_ever, self._send_for_ever):
            thread = threading.Thread(target=work, daemon=True, name=f"sandbox {work.__name__}")
            thread.start()
            self._threads.append(thread)
        return self.base_url

    def stop(self):
        """Close the port and every open line, and the state file."""
        self._stopping.set()
        self.world.deliveries_wanted.set()
        if self._server:
            self._server.stop()
        for thread in self._threads:
            thread.join(REACHED)
        self._sender.hang_up()
        self.world.store.close()

    @property
    def base_url(self):
        return self.world.base_url

    @property
    def lines_opened(self):
        """How many connections clients have made since the start."""
        return self._server.lines_opened

    @property
    def is_stopping(self):
        return self._stopping.is_set()

    def wait_while_running(self, seconds):
        """Sleep, but not beyond the sandbox's own end."""
        return self._stopping.wait(seconds)

    # time

    def now(self):
        return self.world.now()

    def advance(self, seconds=0, *, hours=0, days=0):
        """Jump forwards; what falls due on the way is done at its moment. Returns the new time."""
        return self.set_clock(self.now() + seconds + hours * 3600 + days * 86_400)

    def set_clock(self, to):
        """Jump to a moment; backwards nothing is undone. Returns the new time."""
        world, to = self.world, moment(to)
        with world.store.unit():
            timeline.catch_up(world, to)
            world.clock.set(to)
            world.store.remember("clock_offset", str(world.clock.offset))
        world.deliveries_wanted.set()
        return self.now()

    def tick(self):
        """Do what is due and try the webhooks due; returns (acts done, events taken)."""
        return timeline.catch_up(self.world), self._sender.send_due()

    # money and people

    def set_float(self, currency, amount):
        """Make the platform's available balance exactly `amount` minor units."""
        with self.world.store.unit():
            return balances.set_float(self.world, currency, amount)

    def add_float(self, currency, amount):
        with self.world.store.unit():
            return balances.set_float(
                self.world, currency, balances.float_of(self.world, currency) + amount
            )

    def create_account(self, country=None, *, onboarded=True, bank_number=None, metadata=None):
        """A connected account without HTTP, ready by default; returns its id."""
        params = {
            "capabilities": {"transfers": {"requested": "true"}},
            "metadata": metadata or {},
            **({"country": country} if country else {}),
        }
        with self.world.store.unit():
            id = accounts.create(self.world, Call("POST", "/v1/accounts", params))["id"]
        if onboarded:
            self.onboard(id, bank_number=bank_number)
        return id

    def onboard(self, account, bank_number=None, first_name=None, outcome="finish"):
        """Hand in the onboarding page: `finish`, `document` or `reject`."""
        return self._change(
            account, "onboard", bank_number=bank_number, first_name=first_name, outcome=outcome
        )

    def restrict(self, account):
        return self._change(account, "restrict")

    def restore(self, account):
        return self._change(account, "restore")

    def reject(self, account):
        return self._change(account, "reject")

    def bank_ok(self, account, bank_number=None):
        """The person replaces the bank account; stopped payouts go on."""
        return self._change(account, "bank_ok", bank_number=bank_number)

    def run_payouts(self, account=None, arrive=False):
        """Pay out all money now, pending or not; `arrive`: on to the bank. Returns the ids."""
        with self.world.store.unit():
            return payout_runs.force(self.world, account, arrive)

    # trouble

    def fault(self, do, *, path="*", method="*", payment=None, nth=None, times=1):
        """From the `nth` matching call on, `do` happens `times` times (None: for ever)."""
        self.faults.add(do, path=path, method=method, payment=payment, nth=nth, times=times)

    def faults_at_random(self, rate, weights, *, seed=0, path="/v1/transfers", method="POST"):
        """Let a share of calls fail, drawn by weight; the same seed gives the same faults."""
        self.faults.roll(rate=rate, weights=weights, seed=seed, path=path, method=method)

    def clear_faults(self):
        self.faults.clear()

    def webhooks(self, **changes):
        """Set fields of `Mischief`; what is not given is off, so no arguments mean release."""
        self.world.mischief = Mischief(**changes)
        self.world.deliveries_wanted.set()
        return self.world.mischief

    def add_webhook(self, url, secret=None, *, connect=False, thin=False):
        """Tell `url` of the platform's events, of connected accounts' or, in `thin` words, of the
        second API's; returns the secret."""
        with self.world.store.unit():
            if thin:
                return thin_events.register(self.world, url, secret)["_secret"]
            return webhooks.register(self.world, url, secret, connect=connect)["_secret"]

    def schedule_platform_payouts(self, interval):
        """How the platform's own float is paid out: manual, or by itself daily and so on."""
        self.world.platform_payouts = interval

    def lag_lists(self, seconds):
        """From now on the second API's lists know of a change only so much later."""
        self.world.list_lag = seconds

    # questions

    @property
    def log(self):
        """Every request of the API, oldest first."""
        return [
            json.loads(entry)
            for (entry,) in self.world.store.run("SELECT entry FROM requests ORDER BY n")
        ]

    @property
    def events(self):
        """Every event of every account, oldest first."""
        return self.world.store.find("event")

    def state(self):
        """Totals by payment and group, and counts; see `summary.of`."""
        return summary.of(self.world)

    def reset(self):
        """Nothing stored, no trouble; the clock, the float and the webhooks as at the start."""
        self.world.mischief = Mischief()
        self.world.list_lag = self.world.options.list_lag
        self.world.platform_payouts = "manual"
        self.faults.clear()
        self.limiter.on = self.world.options.limiter
        with self.world.store.unit():
            self.world.store.clear()
            self.world.clock = self._clock(None)
            self.world.store.remember("clock_offset", str(self.world.clock.offset))
            self._fill()
            self._listen()

    # inside

    def _clock(self, store):
        """The clock of a new state, or the one that a state file remembers."""
        clock = Clock(start=self._start_at, frozen=self._frozen)
        remembered = store.setting("clock_offset") if store else None
        if remembered is not None:
            clock.offset = float(remembered)
        return clock

    def _fill(self):
        self.world.store.remember("clock_offset", str(self.world.clock.offset))
        for currency, amount in self.world.options.floats.items():
            self.set_float(currency, amount)

    def _listen(self):
        """The endpoints given at start, each once however often the sandbox starts."""
        options = self.world.options
        for given, connect in ((options.platform_webhook, False), (options.connect_webhook, True)):
            if given and given[0]:
                webhooks.register_once(self.world, *given, connect=connect)

    def _change(self, account, what, **details):
        with self.world.store.unit():
            return account_shape.shown(standing.change(self.world, account, what, **details))

    def _serve_for_ever(self):
        self._server.serve_forever(poll_interval=TICK)

    def _tick_for_ever(self):
        while not self.wait_while_running(TICK):
            timeline.catch_up(self.world)

    def _send_for_ever(self):
        while not self.is_stopping:
            self.world.deliveries_wanted.wait(TICK)
            self.world.deliveries_wanted.clear()
            self._sender.send_due()
