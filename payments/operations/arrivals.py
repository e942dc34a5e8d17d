"""What a person says of money that was sent: it is here, or it is not. It moves no money.

What a bank says is not the same: only the person knows what they hold. Not to answer is as good
as any answer; a payment missed is looked into by staff, and sent again only where it came back.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from payments.models import Disbursement

SENT = (Disbursement.State.SUBMITTED, Disbursement.State.PAID)


@transaction.atomic
def has_arrived(*, disbursement: Disbursement, by: str, now: datetime) -> None:
    """The person has the money. The first time it was said is kept; a worry said before is over."""
    row = _sent(disbursement)
    if row.confirmed_at is None:
        _keep(row, confirmed_at=now, missed_at=None)
        AuditEvent.record(row, "disbursement.confirmed", at=now, by=by)


@transaction.atomic
def has_not_arrived(*, disbursement: Disbursement, by: str, now: datetime) -> None:
    """The person has not got the money: staff look into it from now on, and nothing else changes.

    What was confirmed before is confirmed no longer.
    """
    row = _sent(disbursement)
    if row.missed_at is None:
        _keep(row, confirmed_at=None, missed_at=now)
        AuditEvent.record(row, "disbursement.missed", at=now, by=by)


def _sent(disbursement: Disbursement) -> Disbursement:
    row = Disbursement.objects.select_for_update().get(pk=disbursement.pk)
    if row.state not in SENT:
        raise Refused(_("This payment is not on its way yet, or has come back."))
    return row


def _keep(row: Disbursement, **said: datetime | None) -> None:
    Disbursement.objects.filter(pk=row.pk).update(**said)
