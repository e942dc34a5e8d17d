"""What every payment provider must do, in our words; each adapter translates."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from cashpilot.core.refusals import Invalid, Refused


@dataclass(frozen=True)
class Order:
    """One sum for one person, frozen from the approved pay run.

    `group` finds what was sent for it, whatever key it was sent under; `key` makes sending it
    twice the same as sending it once, for as long as the provider remembers keys.
    """

    disbursement: str
    instalment: str
    pay_run: str
    amount_minor: int
    currency: str
    destination: str
    key: str

    @property
    def group(self) -> str:
        return f"cp_{self.disbursement}"


@dataclass(frozen=True)
class Accepted:
    """The provider has moved the money and named the movement."""

    reference: str


@dataclass(frozen=True)
class Declined:
    """Definitely not executed, for a reason that asking again will not change by itself."""

    code: str


@dataclass(frozen=True)
class NotNow:
    """Definitely not executed this time; the same order under the same key may be tried later.

    `is_crowded` says that too many calls were under way at once.
    """

    code: str
    is_crowded: bool = False


@dataclass(frozen=True)
class Unknown:
    """The money may have moved. Only the provider's own books can tell."""

    detail: str
    is_server_error: bool = False


Answer = Accepted | Declined | NotNow | Unknown


@dataclass(frozen=True)
class Transfer:
    """A movement of money as the provider's books show it now."""

    reference: str
    amount_minor: int
    reversed_minor: int
    currency: str
    destination: str
    disbursement: str
    last_reversal: str = ""
    instalment: str = ""

    @property
    def is_standing(self) -> bool:
        """Whether some of its money is still out."""
        return self.reversed_minor < self.amount_minor

    def carries_out(self, order: Order) -> bool:
        """Whether it moved what was ordered to where it was ordered."""
        mine = (self.amount_minor, self.currency, self.destination)
        return mine == (order.amount_minor, order.currency, order.destination)


@dataclass(frozen=True)
class Payout:
    """Money going from a person's balance at the provider to their bank.

    `changed_at` is when its status came about, where the provider said so.
    """

    reference: str
    status: str
    amount_minor: int
    created_at: datetime
    arrival_date: date
    failure: str
    is_complete: bool
    bank_trace: str
    transfers: list[str] = field(default_factory=list)
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Arrived:
    """A payout that the bank took, in short."""

    reference: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Observed:
    """What the provider says of a recipient: a status, a class of reason, counts; no details.

    `bank_mark` is a hash of the provider's own mark of the bank account, equal while it is the
    same account; `due_at` is when missing details begin to stop payments.
    """

    status: str
    reason: str
    details_missing: int
    account_tail: str
    currency: str
    country: str = ""
    bank_mark: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True)
class Credential:
    """What one of our keys looks like, without the key; `name` is the setting that holds it."""

    name: str
    is_known: bool
    is_restricted: bool
    is_live: bool


@dataclass(frozen=True)
class Endpoint:
    """Where the provider sends its events, and which."""

    url: str
    events: frozenset[str]
    api_version: str
    is_on: bool


@dataclass(frozen=True)
class Platform:
    """Our own account at the provider, as it sees it now; `provider_time` is its clock."""

    country: str
    currency: str
    payouts_are_manual: bool
    provider_time: datetime
    endpoints: list[Endpoint]


@dataclass(frozen=True)
class Event:
    """Something the provider says has happened. A hint: the object is read again before we act."""

    id: str
    type: str
    account: str
    object_reference: str
    happened_at: datetime
    body: str
    is_live: bool
    api_version: str


class Forged(Invalid):
    """A webhook whose signature is not the provider's, or whose body is not what was signed."""

    code = "forged"


class Unreachable(Refused):
    """The provider cannot be asked just now; nothing was changed."""

    code = "provider-unreachable"
    status = 503


class Pace(Protocol):
    """Moments at which calls may be made, so that all workers together keep to a limit."""

    def wait_for(self, index: int, *, ahead: float = 0.0) -> None:
        """Sleep until the moment of one call, or so many seconds `ahead` of it."""


class NotThere(Unreachable):
    """The provider was asked, and knows no such object."""

    code = "not-at-the-provider"
    status = 404


class Provider(Protocol):
    """The port. Every method may raise `Unreachable` except `send`, which answers instead."""

    key_lifetime: timedelta

    def ensure_recipient(self, *, recipient: str, country: str) -> str:
        """Create the recipient's account, once however often it is asked; return its reference."""

    def onboarding_url(self, *, account: str, return_url: str, refresh_url: str) -> str:
        """A fresh address of the provider's own page where the person enters bank details."""

    def login_url(self, account: str) -> str:
        """A fresh address of the provider's page for somebody who has given their details."""

    def observe_recipient(self, account: str) -> Observed:
        """How the provider sees the recipient now."""

    def request_body(self, order: Order) -> dict[str, Any]:
        """What is to be asked for this order; stored before it is asked, and never rebuilt."""

    def reserve_sends(self, count: int) -> Pace:
        """Take the next moments for so many calls of `send`, behind every other worker's."""

    def send(self, order: Order, body: dict[str, Any]) -> Answer:
        """Ask for the money to move, with the stored body under the order's key."""

    def find(self, order: Order) -> list[Transfer]:
        """Every transfer in the order's group, whichever key made it."""

    def transfer(self, reference: str) -> Transfer: ...

    def transfers_between(self, since: datetime, until: datetime) -> list[Transfer]:
        """Every transfer of the provider's books that was made in a period."""

    def payouts_between(self, account: str, since: datetime, until: datetime) -> list[Arrived]:
        """What reached the bank from one recipient's account, by payouts made in a period."""

    def take_back(self, reference: str, *, key: str) -> Answer:
        """Ask for a whole transfer to come back; the same key never takes back twice."""

    def payout(self, *, account: str, reference: str) -> Payout:
        """A payout and the transfers it carries to the bank."""

    def read_event(self, raw: bytes, signature: str, *, endpoint: str) -> Event:
        """A webhook, once its signature is verified; else `Forged`."""

    def events_since(self, moment: datetime, *, account: str = "") -> list[Event]:
        """What happened since then, oldest first: to us, or to one recipient's account."""

    def credentials(self) -> list[Credential]:
        """What kinds of key this process has: the general one, then those of single roles."""

    def platform(self) -> Platform:
        """Our own account, its clock and where it sends events."""

    def wanted_events(self, *, connect: bool) -> frozenset[str]:
        """The events that one of our two addresses must be sent."""

    def float_available(self, currency: str) -> int:
        """Minor units that can be sent now."""
