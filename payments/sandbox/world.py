"""Everything a noun of the sandbox needs at hand: what is stored, what time it is, how it is set
up."""

import threading
from dataclasses import dataclass, field

from .clock import Clock
from .mischief import Mischief
from .store import Store

API_VERSION = "2026-10-28.endive"
PLATFORM = "acct_sbxplatform"
DAY = 86_400


@dataclass(frozen=True)
class Options:
    """How this sandbox behaves. Times are seconds of the sandbox clock."""

    payout_after: int = DAY  # from a transfer to money the account can pay out
    arrive_after: int = DAY  # from a payout to its arrival at the bank
    topup_after: int = DAY
    list_lag: int = 0  # until the second API's lists know of a change
    country: str = "GB"
    limiter: bool = True
    latency: float = 0.0  # real seconds before every answer
    hold: float = 90.0  # real seconds that a hanging answer keeps the line
    lines: int = 256  # connections at a time, each with its thread; the next waits for its turn
    idle: float = 60.0  # real seconds after which a silent connection makes room
    public_url: str = ""  # where people's browsers find the hosted pages, if not where programs do
    floats: dict = field(default_factory=dict)  # currency: minor units at the start
    platform_webhook: tuple = ()  # (address, secret)
    connect_webhook: tuple = ()

    @property
    def payout_every(self):
        """Automatic payouts run daily, or as often as money becomes available if that is sooner."""
        return min(DAY, max(1, self.payout_after))


@dataclass
class Call:
    """One request, understood."""

    method: str
    path: str
    params: dict
    account: str | None = None  # the Stripe-Account header
    key: str | None = None  # the idempotency key
    id: str = ""  # the Request-Id
    version: str = API_VERSION
    api_key: str = ""
    operation: str = ""  # method and address pattern: what the limiter counts

    @property
    def is_second(self):
        """Whether it is a call of the second API."""
        return self.path.startswith("/v2/")

    @property
    def owner(self):
        """The account acted for."""
        return self.account or PLATFORM

    @property
    def payment(self):
        """Our payment's id: from the metadata of a write, from the group of a look-up."""
        metadata = self.params.get("metadata")
        named = metadata.get("cashpilot_disbursement") if isinstance(metadata, dict) else None
        if isinstance(named, str):
            return named
        group = self.params.get("transfer_group")
        return group.removeprefix("cp_") if isinstance(group, str) else None


class World:
    """One sandbox's state."""

    def __init__(self, store: Store, clock: Clock, options: Options):
        self.store = store
        self.clock = clock
        self.options = options
        self.base_url = ""
        self.mischief = Mischief()
        self.list_lag = options.list_lag
        self.platform_payouts = "manual"
        self.deliveries_wanted = threading.Event()

    def now(self):
        return self.clock.now()

    def new_id(self, prefix):
        return self.store.new_id(prefix)

    def page_url(self, path):
        return f"{self.options.public_url or self.base_url}/sandbox/{path}"
