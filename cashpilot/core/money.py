"""Money is a whole number of pence or cents; it becomes text only to be read by a person."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cashpilot.core.refusals import Invalid

SYMBOLS = {"gbp": "£", "usd": "$", "cad": "CA$", "eur": "€"}
CURRENCIES = tuple(SYMBOLS)
_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?")


@dataclass(frozen=True)
class Money:
    """An amount in minor units of one currency; two currencies never add up."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
        return Money(self.minor + other.minor, self.currency)

    def __str__(self) -> str:
        return in_words(self.minor, self.currency)


def total(sums: Iterable[Money], currency: str) -> Money:
    """The sum of many amounts of one currency; nothing for none."""
    whole = Money(0, currency)
    for one in sums:
        whole += one
    return whole


def in_words(amount_minor: int, currency: str) -> str:
    """60000, "gbp" → "£600.00"."""
    sign = "−" if amount_minor < 0 else ""
    whole, part = divmod(abs(amount_minor), 100)
    return f"{sign}{SYMBOLS.get(currency, currency.upper() + ' ')}{whole:,}.{part:02}"


def known_currency(text: str, *, field: str = "currency") -> str:
    """The currency's code in small letters, or a refusal that lists what can be used."""
    code = text.strip().lower()
    if code not in SYMBOLS:
        known = ", ".join(c.upper() for c in CURRENCIES)
        raise Invalid(
            f"{text!r} is not a currency cashpilot knows. Use one of {known}.", field=field
        )
    return code


def parse(text: str, *, field: str = "amount") -> int:
    """ "600", "£600.50" or "1,200" → minor units; anything less than a penny is refused."""
    bare = text.strip().lstrip("£$€").strip()
    if bare.startswith(("-", "−")):
        raise Invalid(
            "The amount is negative. Enter what is to be paid, such as 360.00.", field=field
        )
    found = _AMOUNT.fullmatch(bare)
    if not found:
        raise Invalid(
            f"{text!r} is not an amount. Enter pounds and pence (or dollars and cents), "
            "such as 360 or 360.50.",
            field=field,
        )
    minor = int(found[1].replace(",", "")) * 100 + int(found[2] or 0)
    return positive(minor, field=field)


def positive(minor: int, *, field: str = "amount") -> int:
    """The amount, if it is more than nothing and can be stored; else a refusal."""
    if minor <= 0:
        raise Invalid("The amount must be more than nothing.", field=field)
    if minor > 10**15:
        raise Invalid("The amount is too large to be meant.", field=field)
    return minor
