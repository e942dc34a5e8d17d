"""What was promised to many people at once, and whether it may still be taken back."""

from collections.abc import Iterable, Sequence

from django.db.models import Sum

from participants.models import Enrolment
from payments.models import Award, Disbursement, Instalment, PayRunApproval


def is_approved_for(enrolments: Sequence[Enrolment]) -> bool:
    """Whether somebody has approved a pay run with any of these people in it, or any of them was
    sent anything."""
    keys = [one.pk for one in enrolments]
    approved = PayRunApproval.objects.filter(
        pay_run__lines__instalment__award__enrolment__in=keys
    ).exists()
    return approved or Disbursement.objects.filter(instalment__award__enrolment__in=keys).exists()


def sums_of(awards: Iterable[Award]) -> dict[int, int]:
    """What is planned in each award, in minor units."""
    rows = Instalment.objects.filter(award__in=awards, state="planned").values("award")
    return {row["award"]: row["total"] for row in rows.annotate(total=Sum("amount_minor"))}
