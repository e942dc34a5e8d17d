"""What is said of money that did not arrive: to staff what happened and what to do, to the person
what it means for them. Nothing of it blames anybody."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """`happened` and `next_step` are for staff, `told` is what the person reads."""

    happened: str
    next_step: str
    told: str


_BANK = (
    "Ask the person for another bank account, through their own page. Do not pay again: the money "
    "lies in their account with the provider, and goes on by itself."
)
_MONEY_IS_SAFE = (
    "Your bank sent the money back. It is still yours. Tell us another account, and it goes there."
)
OF_A_RETURN = {
    "no_account": Said("The bank knows no such account.", _BANK, _MONEY_IS_SAFE),
    "account_closed": Said("The account is closed.", _BANK, _MONEY_IS_SAFE),
    "account_frozen": Said("The bank has frozen the account.", _BANK, _MONEY_IS_SAFE),
    "insufficient_funds": Said(
        "The provider could not collect for the payout.",
        "Look at the balance at the provider; it is tried again.",
        "Your payment is late. You did not do anything wrong. We are looking into it.",
    ),
    "debit_not_authorized": Said("The bank refuses payments to it.", _BANK, _MONEY_IS_SAFE),
    "invalid_currency": Said("The account takes another currency.", _BANK, _MONEY_IS_SAFE),
    "reversed": Said(
        "The money was taken back to the fund.",
        "It is owed again: the next pay run takes it.",
        "We took a payment back because something was not right. It is still owed to you.",
    ),
}
OF_A_HOLD = {
    "recipient": Said(
        "The provider needs more details before it can pay.",
        "Send the person to their own page for their bank details.",
        "We need to know where to send your money.",
    ),
    "destination_changed": Said(
        "Where the money goes has changed since the run was approved.",
        "Ask the person whether they changed it; then withdraw this. The next run takes it.",
        "Your bank account has changed, so we are checking before we send. It is still yours.",
    ),
    "staff_check": Said(
        "A person or a hold keeps it.",
        "Look at the person's payments; letting them go on sends it.",
        "Your payment is waiting for now. Nothing is lost.",
    ),
    "review": Said(
        "Nobody can tell by machine whether it was sent.",
        "Look at the provider's own books for this payment, then let it go on or give it up.",
        "A person is checking your payment. You did not do anything wrong.",
    ),
}
LATE = Said(
    "It was sent, and the bank has not said that it arrived.",
    "Ask the provider with the bank's trace, and tell the person.",
    "Your payment is late. You did not do anything wrong. We are looking into it.",
)
MISSED = Said(
    "The person says that it has not arrived.",
    "Look at the account with them, and ask the provider with the bank's trace. Nothing is sent "
    "again unless it comes back.",
    "You told us that it has not reached you. A person is looking into it and will call you.",
)
GIVEN_UP = Said(
    "It was not sent.",
    "It is owed again: the next pay run takes it.",
    "This payment is coming with the next ones.",
)
UNKNOWN_RETURN = Said("The bank sent it back without a reason we know.", _BANK, _MONEY_IS_SAFE)


def said_of(state: str, failure: str, held_reason: str, *, is_missed: bool = False) -> Said:
    """What to say of a payment that needs a person, by its state, the provider's reason, its hold,
    and whether the person says that it has not arrived."""
    if held_reason:
        return OF_A_HOLD.get(held_reason, OF_A_HOLD["review"])
    if is_missed and state in ("submitted", "paid"):
        return MISSED
    if state == "returned":
        return OF_A_RETURN.get(failure, UNKNOWN_RETURN)
    return LATE if state == "submitted" else GIVEN_UP
