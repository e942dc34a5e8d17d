"""Bank accounts of the people paid, and what each test number leads to."""

import hashlib
from dataclasses import dataclass

from . import lists

PAYS = "000123456789"
REFUSED = {
    "000111111116": "no_account",
    "000111111113": "account_closed",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
}
ROUTING = {"US": "110000000", "CA": "11000-000", "GB": "108800"}
REASONS = {
    "no_account": "The bank found no account with this number.",
    "account_closed": "The bank account has been closed.",
    "insufficient_funds": "The balance did not cover the payout.",
    "debit_not_authorized": "The bank does not allow debits on this account.",
    "invalid_currency": "The bank account cannot take this currency.",
}


@dataclass(frozen=True)
class Outcome:
    """What becomes of a payout."""

    failure: str | None = None  # code; None if the bank takes it
    fails_after_paid: bool = False
    stays_in_transit: bool = False


def outcome(number):
    """The fate of payouts to a bank number; numbers the table does not know are paid."""
    if number.endswith("7701"):
        return Outcome(failure="no_account", fails_after_paid=True)
    if number.endswith("7702"):
        return Outcome(stays_in_transit=True)
    return Outcome(failure=REFUSED.get(number))


def restricts_on_first_transfer(number):
    return number.endswith("7703")


def new(world, account, number):
    """A bank account as the account's list shows it; the number itself stays inside."""
    return {
        "id": world.new_id("ba"),
        "object": "bank_account",
        "account": account["id"],
        "account_holder_name": None,
        "account_holder_type": "individual",
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "SANDBOX BANK",
        "country": account["country"],
        "currency": account["default_currency"],
        "default_for_currency": True,
        "fingerprint": hashlib.sha256(_whose(account, number).encode()).hexdigest()[:16],
        "last4": number[-4:],
        "metadata": {},
        "routing_number": ROUTING.get(account["country"]),
        "status": "new",
        "_number": number,
    }


def _whose(account, number):
    """The number that everybody may type stands for an account of their own; any other number is
    one account, whoever types it."""
    return f"{number} of {account['id']}" if number == PAYS else number


def listed(account):
    """The account's bank accounts as a list object."""
    bank = account["_bank"]
    url = f"/v1/accounts/{account['id']}/external_accounts"
    return {
        **lists.listed([lists.public(bank)] if bank else [], url),
        "total_count": 1 if bank else 0,
    }
