"""An award to change, and what is left of it."""

from tests.factories import BY, NOON


def sums_of(award):
    rows = award.instalments.exclude(state="cancelled").order_by("due_date", "number")
    return list(rows.values_list("kind", "amount_minor"))


def who():
    return {"by": BY, "now": NOON}


def days_of(award):
    rows = award.instalments.exclude(state="cancelled").order_by("due_date", "number")
    return list(rows.values_list("due_date", flat=True))
