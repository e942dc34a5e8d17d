"""What is left to do at the provider for somebody who is erased here."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent, User
from cashpilot.core.refusals import Refused
from participants.models import Enrolment
from payments.models import AccountToClose, Disbursement, Recipient


@transaction.atomic
def ask_to_close(*, enrolment: Enrolment, by: str, now: datetime) -> list[AccountToClose]:
    """Have staff close every account that this enrolment was paid to; nothing goes there again."""
    recipient = Recipient.objects.filter(enrolment=enrolment).first()
    if recipient is None:
        return []
    Recipient.objects.filter(pk=recipient.pk).update(status=Recipient.Status.DISABLED, reason="")
    paid = Disbursement.objects.filter(instalment__award__enrolment=enrolment)
    accounts = {*paid.values_list("destination", flat=True), recipient.provider_account or ""}
    made = [
        AccountToClose.objects.create(pilot=enrolment.pilot, account=account, asked_at=now)
        for account in sorted(accounts - {""})
    ]
    AuditEvent.record_each(made, "account.to be closed", at=now, by=by)
    return made


@transaction.atomic
def note_closed(*, account: AccountToClose, closer: User, by: str, now: datetime) -> None:
    """Somebody closed it at the provider; its id is forgotten here."""
    changed = AccountToClose.objects.filter(pk=account.pk, closed_at=None).update(
        closed_at=now, closed_by=closer, account=""
    )
    if not changed:
        raise Refused("This account was closed already.")
    AuditEvent.record(account, "account.closed", at=now, by=by)
