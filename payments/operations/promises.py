"""Taking back what was promised to people who should not have been added."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Refused
from participants.models import Enrolment
from payments.lifecycles import INSTALMENT
from payments.models import Amendment, Award, Fund, Instalment
from payments.queries.promises import is_approved_for, sums_of

BATCH = 1_000
REASON = "Added by mistake, and taken back"


@transaction.atomic
def take_promises_back(*, enrolments: Sequence[Enrolment], by: str, now: datetime) -> None:
    """Cancel everything that was promised to these people, or nothing once somebody has approved a
    pay run with any of them in it.

    Under the funds' locks, which approval takes too; what was promised stays in the books as
    cancelled. A run that was prepared with them can no longer be approved.
    """
    awards = Award.objects.filter(enrolment__in=[one.pk for one in enrolments])
    funds = awards.order_by("fund").values_list("fund", flat=True).distinct()
    list(Fund.objects.select_for_update(no_key=True).filter(pk__in=list(funds)).order_by("pk"))
    if is_approved_for(enrolments):
        raise Refused(
            "A pay run with some of these people in it has been approved, so they stay. End their "
            "taking part one by one."
        )
    mine = list(awards.select_for_update())
    sums = sums_of(mine)
    Amendment.objects.bulk_create(
        (
            Amendment(
                award=one,
                kind=Amendment.Kind.STOPPED,
                reason=REASON,
                difference_minor=-sums.get(one.pk, 0),
                made_by=by,
                made_at=now,
            )
            for one in mine
        ),
        batch_size=BATCH,
    )
    for start in range(0, len(mine), BATCH):
        planned = Instalment.objects.filter(award__in=mine[start : start + BATCH], state="planned")
        INSTALMENT.move_locked(
            list(planned.select_for_update(of=("self",))), "cancelled", now=now, by=by
        )
    AuditEvent.record_each(mine, "award.taken back", at=now, by=by)
