"""Learning from the provider's books what a restored database no longer knows that it sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from payments.models import Disbursement, ForgottenTransfer, Instalment
from payments.operations.settlement import adopt, reverse
from payments.providers.base import Provider, Transfer
from payments.queries import references_we_know


@dataclass(frozen=True)
class Recovered:
    """How many transfers were taken as those of payments we have (`adopted`), and how many moved
    money for an instalment whose payment we no longer have (`forgotten`)."""

    adopted: int
    forgotten: int


def recover(
    *, provider: Provider, since: datetime, until: datetime, by: str, now: datetime
) -> Recovered:
    """Take in every transfer of the period that names a payment or an instalment of ours and that
    we do not know; what is left over, matching the books shows as a difference.

    It may be done again at any time. Nothing is sent, and nothing is sent a second time.
    """
    listed = provider.transfers_between(since, until)
    adopted = sum(_adopt(one, by=by, now=now) for one in _new(listed))
    return Recovered(adopted, _remember(_new(listed), by=by, now=now))


def _new(listed: Sequence[Transfer]) -> list[Transfer]:
    known = references_we_know(one.reference for one in listed)
    return [one for one in listed if one.reference not in known]


def _adopt(theirs: Transfer, *, by: str, now: datetime) -> bool:
    """Whether this is the transfer of a payment of ours that has none."""
    ours = Disbursement.objects.filter(
        public_id=theirs.disbursement,
        provider_reference=None,
        amount_minor=theirs.amount_minor,
        currency=theirs.currency,
        destination=theirs.destination,
    ).first()
    if ours is None:
        return False
    try:
        adopt(disbursement=ours, reference=theirs.reference, by=by, now=now)
    except Refused:
        return False
    reverse(disbursement=ours, transfer=theirs, by=by, now=now)
    return True


@transaction.atomic
def _remember(transfers: Iterable[Transfer], *, by: str, now: datetime) -> int:
    kept = 0
    for theirs in transfers:
        instalment = Instalment.objects.filter(public_id=theirs.instalment).first()
        ours = Disbursement.objects.filter(public_id=theirs.disbursement)
        if instalment is None or ours.exists() or not theirs.is_standing:
            continue
        _forgotten, is_new = ForgottenTransfer.objects.get_or_create(
            reference=theirs.reference,
            defaults={
                "instalment": instalment,
                "amount_minor": theirs.amount_minor,
                "currency": theirs.currency,
                "destination": theirs.destination,
                "found_at": now,
            },
        )
        if is_new:
            AuditEvent.record(instalment, "transfer.forgotten", at=now, by=by)
        kept += is_new
    return kept
