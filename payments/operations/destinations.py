"""Letting money go to a bank account that more than one person is paid into: two people say so."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Invalid, NotAllowed, Refused
from payments.models import DestinationClearance, Recipient
from payments.queries.destinations import WORDS_NEEDED, recipients_sharing, words_said

Why = DestinationClearance.Why


@transaction.atomic
def clear_destination(
    *, recipient: Recipient, person: User, why: str, by: str, now: datetime
) -> bool:
    """Say that it is right to pay this person into an account that somebody else has too; returns
    whether a second person has said so, and the next pay run takes them.

    It holds for this account and this person: another account, or one more person paid into it,
    is looked at anew.
    """
    if why not in Why.values:
        raise Invalid("Say why it is right: shared, or receives.", field="why")
    kept = Recipient.objects.select_for_update(of=("self",)).get(pk=recipient.pk)
    if not recipients_sharing(kept.enrolment.pilot).filter(pk=kept.pk).exists():
        raise Refused("Nobody has to look at this account.")
    if kept.last_edited_by_id == person.pk:
        raise NotAllowed("You changed where this money goes. Two others have to look.")
    said = words_said(kept)
    if person.pk in {one.cleared_by_id for one in said}:
        raise NotAllowed("You have said so already. Somebody else has to look as well.")
    number = len(said) + 1
    DestinationClearance.objects.create(
        recipient=kept,
        bank_mark=kept.bank_mark,
        number=number,
        why=why,
        cleared_by=person,
        cleared_at=now,
    )
    AuditEvent.record(kept, "recipient.shared account", at=now, by=by, why=why, word=number)
    return number == WORDS_NEEDED
