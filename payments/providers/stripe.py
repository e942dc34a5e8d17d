"""Stripe, and nothing but Stripe: its nouns and its spelling stop at this file."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import stripe
from django.conf import settings

from payments.providers.base import (
    Accepted,
    Answer,
    Arrived,
    Credential,
    Event,
    Forged,
    NotThere,
    Observed,
    Order,
    Payout,
    Platform,
    Transfer,
    Unknown,
    Unreachable,
)
from payments.providers.pacing import READS, WRITES, Slots, reserve, slow_down
from payments.providers.stripe_answers import answer_to, rate_reason
from payments.providers.stripe_objects import (
    credential_of,
    event_of,
    is_what_we_asked,
    mark_of,
    platform_of,
    signed_at,
    status_of,
    transfer_of,
)

WANTED_EVENTS = [
    "transfer.created",
    "transfer.updated",
    "transfer.reversed",
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
    "payout.reconciliation_completed",
    "account.updated",
    "capability.updated",
    "account.external_account.created",
    "account.external_account.updated",
    "account.external_account.deleted",
    "topup.succeeded",
]
CLOCK_AHEAD_LIMIT = 300
_NOT_AN_EVENT = (
    stripe.SignatureVerificationError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)


@cache
def _client(key: str, base: str, process: int) -> stripe.StripeClient:
    """One client a process: after a fork two would read each other's answers from one connection.

    No retry of a POST: our own table decides what is tried again.
    """
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        stripe_version=settings.STRIPE_API_VERSION,
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=settings.STRIPE_TIMEOUT),
    )


class StripeProvider:
    """Connect transfers to recipients' own accounts, and payouts from there to their banks."""

    key_lifetime = timedelta(hours=24)

    def __init__(self) -> None:
        base, process = settings.STRIPE_API_BASE, os.getpid()
        general = settings.STRIPE_API_KEY
        self.client = _client(general, base, process)
        self.onboarding = _client(settings.STRIPE_ONBOARDING_KEY or general, base, process)
        self.reconciler = _client(settings.STRIPE_RECONCILER_KEY or general, base, process)

    def ensure_recipient(self, *, recipient: str, country: str) -> str:
        account = _ask(
            self.onboarding.v1.accounts.create,
            {
                "country": country,
                "controller": {
                    "stripe_dashboard": {"type": "express"},
                    "losses": {"payments": "application"},
                    "fees": {"payer": "application"},
                    "requirement_collection": "stripe",
                },
                "capabilities": {"transfers": {"requested": True}},
                "tos_acceptance": {"service_agreement": "recipient"},
                "metadata": {"cashpilot_recipient": recipient},
            },
            {"idempotency_key": f"cp_{recipient}"},
        )
        return account.id

    def onboarding_url(self, *, account: str, return_url: str, refresh_url: str) -> str:
        link = _ask(
            self.onboarding.v1.account_links.create,
            {
                "account": account,
                "type": "account_onboarding",
                "return_url": return_url,
                "refresh_url": refresh_url,
                "collection_options": {"fields": "eventually_due"},
            },
        )
        return link.url

    def observe_recipient(self, account: str) -> Observed:
        found = _ask(self.client.v1.accounts.retrieve, account)
        needs = found.requirements
        missing = len(getattr(needs, "currently_due", None) or [])
        reason = getattr(needs, "disabled_reason", None) or ""
        banks = getattr(getattr(found, "external_accounts", None), "data", None) or []
        bank = next((one for one in banks if one.default_for_currency), banks[0] if banks else None)
        due = getattr(needs, "current_deadline", None)
        return Observed(
            status=status_of(found, reason),
            reason=reason,
            details_missing=missing,
            account_tail=bank.last4 if bank else "",
            currency=found.default_currency or "",
            country=found.country or "",
            bank_mark=mark_of(bank) if bank else "",
            due_at=datetime.fromtimestamp(due, UTC) if due else None,
        )

    def login_url(self, account: str) -> str:
        return _ask(self.onboarding.v1.accounts.login_links.create, account).url

    def request_body(self, order: Order) -> dict[str, Any]:
        return {
            "amount": order.amount_minor,
            "currency": order.currency,
            "destination": order.destination,
            "transfer_group": order.group,
            "metadata": {
                "cashpilot_disbursement": order.disbursement,
                "cashpilot_instalment": order.instalment,
                "cashpilot_pay_run": order.pay_run,
            },
        }

    def reserve_sends(self, count: int) -> Slots:
        return reserve(WRITES, count)

    def send(self, order: Order, body: dict[str, Any]) -> Answer:
        try:
            made = self.client.v1.transfers.create(body, {"idempotency_key": order.key})
        except Exception as error:  # whatever broke, the money may have moved: say so, never guess
            if rate_reason(error).endswith("-rate"):
                slow_down(WRITES)
            return answer_to(error)
        if not is_what_we_asked(made, order):
            return Unknown(f"a transfer that is not the one asked for: {getattr(made, 'id', None)}")
        return Accepted(made.id)

    def find(self, order: Order) -> list[Transfer]:
        wanted = {"transfer_group": order.group, "limit": 100}
        return [transfer_of(one) for one in _all_pages(self.client.v1.transfers.list, wanted)]

    def transfer(self, reference: str) -> Transfer:
        return transfer_of(_ask(self.reconciler.v1.transfers.retrieve, reference))

    def transfers_between(self, since: datetime, until: datetime) -> list[Transfer]:
        made = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        wanted = {"created": made, "limit": 100}
        return [transfer_of(one) for one in _all_pages(self.reconciler.v1.transfers.list, wanted)]

    def payouts_between(self, account: str, since: datetime, until: datetime) -> list[Arrived]:
        made = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        wanted = {"created": made, "status": "paid", "limit": 100}
        found = _all_pages(self.reconciler.v1.payouts.list, wanted, {"stripe_account": account})
        return [Arrived(one.id, one.amount, one.currency) for one in found]

    def take_back(self, reference: str, *, key: str) -> Answer:
        try:
            made = self.client.v1.transfers.reversals.create(
                reference, {}, {"idempotency_key": key}
            )
        except Exception as error:  # the money may be back: the transfer itself will tell
            return answer_to(error)
        return Accepted(made.id)

    def payout(self, *, account: str, reference: str) -> Payout:
        options = {"stripe_account": account}
        found = _ask(self.reconciler.v1.payouts.retrieve, reference, {}, options)
        carried = _all_pages(
            self.reconciler.v1.balance_transactions.list,
            {"payout": reference, "limit": 100, "expand": ["data.source"]},
            options,
        )
        sources = [getattr(one, "source", None) for one in carried]
        return Payout(
            reference=found.id,
            status=found.status,
            amount_minor=found.amount,
            created_at=datetime.fromtimestamp(found.created, UTC),
            arrival_date=datetime.fromtimestamp(found.arrival_date, UTC).date(),
            failure=getattr(found, "failure_code", None) or "",
            is_complete=found.reconciliation_status == "completed",
            bank_trace=getattr(getattr(found, "trace_id", None), "value", None) or "",
            transfers=[s.source_transfer for s in sources if getattr(s, "source_transfer", None)],
        )

    def read_event(self, raw: bytes, signature: str, *, endpoint: str) -> Event:
        try:
            self._check_signature(raw, signature, settings.STRIPE_WEBHOOK_SECRETS[endpoint])
            said = json.loads(raw)
            event = event_of(said, raw.decode())
        except _NOT_AN_EVENT:
            raise Forged("This webhook is not signed by the provider.") from None
        if signed_at(signature) > datetime.now(UTC).timestamp() + CLOCK_AHEAD_LIMIT:
            raise Forged("This webhook was signed in the future: check the clocks.")
        return event

    def _check_signature(self, raw: bytes, signature: str, secrets: str) -> None:
        """By one secret, or while it is rolled by either of two."""
        *others, last = secrets.split(",")
        for secret in others:
            with suppress(stripe.SignatureVerificationError):
                self.client.construct_event(raw, signature, secret)
                return
        self.client.construct_event(raw, signature, last)

    def events_since(self, moment: datetime, *, account: str = "") -> list[Event]:
        wanted = {
            "created": {"gte": int(moment.timestamp())},
            "types": WANTED_EVENTS,
            "limit": 100,
        }
        options = {"stripe_account": account} if account else {}
        pages = _all_pages(self.reconciler.v1.events.list, wanted, options)
        newest_first = [one.to_dict() for one in pages]
        if account:
            newest_first = [{**one, "account": account} for one in newest_first]
        return [event_of(one, json.dumps(one)) for one in reversed(newest_first)]

    def credentials(self) -> list[Credential]:
        names = ("STRIPE_API_KEY", "STRIPE_ONBOARDING_KEY", "STRIPE_RECONCILER_KEY")
        given = [(name, getattr(settings, name)) for name in names]
        return [credential_of(name, key) for name, key in given if key or name == names[0]]

    def platform(self) -> Platform:
        found = _ask(self.reconciler.v1.accounts.retrieve_current)
        listed = _all_pages(self.reconciler.v1.webhook_endpoints.list, {"limit": 100})
        return platform_of(found, listed)

    def wanted_events(self, *, connect: bool) -> frozenset[str]:
        ours = ("transfer.", "topup.")
        return frozenset(one for one in WANTED_EVENTS if one.startswith(ours) != connect)

    def float_available(self, currency: str) -> int:
        balance = _ask(self.client.v1.balance.retrieve)
        return sum(one.amount for one in balance.available if one.currency == currency)


def _ask(call, *arguments):
    """A call that moves no money: what goes wrong is one sentence, and nothing has happened."""
    reserve(READS).wait_for(0)
    try:
        return call(*arguments)
    except stripe.StripeError as error:
        if getattr(error, "http_status", None) == 404:
            raise NotThere("The payment provider knows no such thing.") from error
        raise Unreachable(
            f"The payment provider did not answer as expected ({type(error).__name__}). "
            "Nothing was changed; try again in a few minutes."
        ) from error


def _all_pages(call, *arguments) -> list[Any]:
    """Every object of a list, all its pages fetched or none."""
    return _ask(lambda: list(call(*arguments).auto_paging_iter()))
