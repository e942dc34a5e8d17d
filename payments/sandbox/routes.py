"""The API's addresses: who answers each, which parameters it knows, and whose account it may act
for."""

import re
from dataclasses import dataclass

from . import (
    account_links,
    accounts,
    balances,
    errors,
    events,
    lists,
    outbound_payments,
    payouts,
    second_accounts,
    thin_events,
    topups,
    transfers,
    verifications,
    webhooks,
)

NONE = frozenset()
EVENT_FILTERS = lists.PAGING | {"type", "types", "delivery_success"}
PAYMENTS = "/v2/money_management/outbound_payments"
VERIFICATIONS = "/v2/money_management/recipient_verifications"
TABLE = (  # method, address, handler, parameters, may act for a connected account
    ("GET", "/v1/account", accounts.retrieve_current, NONE, True),
    ("POST", "/v1/accounts", accounts.create, accounts.CREATE, False),
    ("GET", "/v1/accounts", accounts.index, lists.PAGING, False),
    ("GET", "/v1/accounts/{id}", accounts.retrieve, NONE, True),
    ("POST", "/v1/accounts/{id}", accounts.update, accounts.UPDATE, False),
    (
        "POST",
        "/v1/accounts/{id}/reject",
        accounts.reject,
        frozenset({"reason", "payouts_action"}),
        False,
    ),
    (
        "GET",
        "/v1/accounts/{id}/external_accounts",
        accounts.external_accounts,
        lists.PAGING | {"object"},
        True,
    ),
    ("POST", "/v1/accounts/{id}/login_links", accounts.login_link, NONE, False),
    ("POST", "/v1/account_links", account_links.create, account_links.CREATE, False),
    ("POST", "/v1/transfers", transfers.create, transfers.CREATE, False),
    ("GET", "/v1/transfers", transfers.index, transfers.FILTERS, False),
    ("GET", "/v1/transfers/{id}", transfers.retrieve, NONE, False),
    ("POST", "/v1/transfers/{id}", transfers.update, transfers.UPDATE, False),
    ("POST", "/v1/transfers/{id}/reversals", transfers.reverse, transfers.REVERSE, False),
    ("GET", "/v1/transfers/{id}/reversals", transfers.reversals, lists.PAGING, False),
    ("GET", "/v1/balance", balances.retrieve, NONE, True),
    ("GET", "/v1/balance_transactions", balances.index, balances.FILTERS, True),
    ("GET", "/v1/balance_transactions/{id}", balances.transaction, NONE, True),
    ("POST", "/v1/topups", topups.create, topups.CREATE, False),
    ("GET", "/v1/topups", topups.index, topups.FILTERS, False),
    ("GET", "/v1/topups/{id}", topups.retrieve, NONE, False),
    ("POST", "/v1/payouts", payouts.create, payouts.CREATE, True),
    ("GET", "/v1/payouts", payouts.index, payouts.FILTERS, True),
    ("GET", "/v1/payouts/{id}", payouts.retrieve, NONE, True),
    ("POST", "/v1/payouts/{id}", payouts.update, payouts.UPDATE, True),
    ("POST", "/v1/payouts/{id}/cancel", payouts.cancel, NONE, True),
    ("GET", "/v1/events", events.index, EVENT_FILTERS, True),
    ("GET", "/v1/events/{id}", events.retrieve, NONE, True),
    ("POST", "/v1/webhook_endpoints", webhooks.create, webhooks.CREATE, False),
    ("GET", "/v1/webhook_endpoints", webhooks.index, lists.PAGING, False),
    ("GET", "/v1/webhook_endpoints/{id}", webhooks.retrieve, NONE, False),
    ("POST", "/v1/webhook_endpoints/{id}", webhooks.update, webhooks.UPDATE, False),
    ("DELETE", "/v1/webhook_endpoints/{id}", webhooks.delete, NONE, False),
    ("POST", "/v2/core/accounts", second_accounts.create, second_accounts.CREATE, False),
    ("GET", "/v2/core/accounts", second_accounts.index, second_accounts.FILTERS, False),
    ("GET", "/v2/core/accounts/{id}", second_accounts.retrieve, frozenset({"include"}), False),
    ("POST", "/v2/core/accounts/{id}", second_accounts.update, second_accounts.UPDATE, False),
    ("POST", "/v2/core/account_links", second_accounts.link, second_accounts.LINK, False),
    ("GET", "/v2/core/events/{id}", thin_events.retrieve, NONE, False),
    ("POST", PAYMENTS, outbound_payments.create, outbound_payments.CREATE, False),
    ("GET", PAYMENTS, outbound_payments.index, outbound_payments.FILTERS, False),
    ("GET", PAYMENTS + "/{id}", outbound_payments.retrieve, NONE, False),
    ("POST", PAYMENTS + "/{id}/cancel", outbound_payments.cancel, NONE, False),
    ("POST", VERIFICATIONS, verifications.create, verifications.CREATE, False),
    ("GET", VERIFICATIONS + "/{id}", verifications.retrieve, NONE, False),
    ("POST", VERIFICATIONS + "/{id}/acknowledge", verifications.acknowledge, NONE, False),
)


@dataclass(frozen=True)
class Route:
    method: str
    address: str
    handler: object
    parameters: frozenset
    for_connected: bool

    @property
    def operation(self):
        return f"{self.method} {self.address}"

    @property
    def pattern(self):
        return re.compile(re.sub(r"\{\w+\}", r"([^/]+)", self.address))


ROUTES = [(route.pattern, route) for route in (Route(*row) for row in TABLE)]


def match(method, path):
    """The route of a request and the ids in its address."""
    for pattern, route in ROUTES:
        if route.method == method and (found := pattern.fullmatch(path)):
            return route, found.groups()
    raise errors.no_such_address(method, path)
