"""Taking back what went to the wrong person or in the wrong sum."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Refused
from payments.models import Clearance, Disbursement, SendAttempt
from payments.operations.settlement import reverse
from payments.providers.base import Declined, Provider

TWO = 2
SENT = ("submitted", "paid", "returned")


def take_back(
    *, disbursement: Disbursement, provider: Provider, person: User, by: str, now: datetime
) -> bool:
    """Ask the provider for a whole transfer back, once two people have said so; whether it is back.

    1. One person's word is kept; with the second, the intent is committed before anybody is asked.
    2. What is back already is not asked for again; the key is one for ever.
    3. Whatever the answer, the transfer itself is read, and our books follow what it says.
    """
    if not _agreed(disbursement, person, by=by, now=now):
        return False
    reference = disbursement.provider_reference or ""
    if provider.transfer(reference).is_standing:
        answer = provider.take_back(reference, key=f"cp_{disbursement.public_id}_rev1")
        if isinstance(answer, Declined):
            raise Refused(
                f"The provider cannot take it back ({answer.code}): the money may have gone on to "
                "the bank. Ask the person."
            )
    transfer = provider.transfer(reference)
    reverse(disbursement=disbursement, transfer=transfer, by=by, now=now)
    return not transfer.is_standing


@transaction.atomic
def _agreed(disbursement: Disbursement, person: User, *, by: str, now: datetime) -> bool:
    row = Disbursement.objects.select_for_update().get(pk=disbursement.pk)
    if row.state not in SENT or row.returned_to == Disbursement.ReturnedTo.FUNDS:
        raise Refused("Only money that was sent, and has not come back, can be taken back.")
    act = Clearance.Act.TAKE_BACK
    mine = {"key_number": row.key_number, "act": act, "cleared_by": person}
    _, is_new = row.clearances.get_or_create(**mine, defaults={"cleared_at": now})
    if is_new:
        AuditEvent.record(row, "disbursement.take back agreed", at=now, by=by)
    if row.clearances.filter(act=act).count() < TWO:
        return False
    SendAttempt.about(row, SendAttempt.Kind.INTENT, "take back", at=now).save()
    return True
