"""Payments, and news of the provider, that need a person: why, since when, what to do next, and
what was done so far."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from cashpilot.core.models import User
from participants.models import Pilot
from participants.queries import pilots_where
from payments.models import Disbursement, FollowUp, ProviderEvent, Recipient
from payments.rules.reasons import Said, said_of

OVERDUE_AFTER = timedelta(days=2)
LOST_AFTER = timedelta(days=5)


@dataclass(frozen=True)
class Concern:
    """One payment that needs a person; `is_owed` says whether a new pay run will send it."""

    disbursement: Disbursement
    said: Said
    since: datetime
    deadline: date
    is_late: bool
    is_owed: bool
    follow_ups: list[FollowUp]


def concerns_of(pilot: Pilot, today: date) -> list[Concern]:
    """What came back, what is held, what was not sent and is not owed in another run, what is long
    under way, and what its person misses; oldest first."""
    rows = _that_need_a_person(pilot, today).select_related(
        "instalment__award__enrolment__participant", "pay_run__fund"
    )
    ups = Prefetch("follow_ups", FollowUp.objects.select_related("made_by").order_by("pk"))
    return [_concern(one, today) for one in rows.prefetch_related(ups).order_by("state_changed_at")]


def _that_need_a_person(pilot: Pilot, today: date) -> QuerySet[Disbursement]:
    held = ~Q(held_reason="") & Q(state__in=["queued", "unknown"])
    overdue = Q(state="submitted") & (
        Q(expected_on__lt=today - OVERDUE_AFTER)
        | Q(expected_on=None, state_changed_at__date__lt=today - LOST_AFTER)
    )
    still_owed = Q(state__in=["failed", "returned"], instalment__state="planned")
    missed = Q(state__in=["submitted", "paid"], missed_at__isnull=False)
    later = Disbursement.objects.filter(instalment=OuterRef("instalment"), pk__gt=OuterRef("pk"))
    return Disbursement.objects.filter(
        held | overdue | still_owed | missed, ~Exists(later), pay_run__fund__pilot=pilot
    ).exclude(state="failed", failure="run_stopped")


def _concern(one: Disbursement, today: date) -> Concern:
    since = one.held_at or one.missed_at or one.state_changed_at
    deadline = since.date() + OVERDUE_AFTER
    is_owed = one.state == "failed" or one.returned_to == "funds"
    return Concern(
        disbursement=one,
        said=said_of(one.state, one.failure, one.held_reason, is_missed=one.missed_at is not None),
        since=since,
        deadline=deadline,
        is_late=today > deadline,
        is_owed=is_owed,
        follow_ups=list(one.follow_ups.all()),
    )


def events_that_need_a_person(user: User, act: str = "see money") -> QuerySet[ProviderEvent]:
    """What the provider said and nothing automatic can act on, oldest first: about somebody in a
    pilot where the user may do this, or about nobody whom we know."""
    mine = pilots_where(user, act)
    refused = ProviderEvent.objects.filter(state="refused").order_by("received_at")
    if not mine.exists():
        return refused.none()
    others = Pilot.objects.exclude(pk__in=mine)
    return refused.filter(_is_about(mine) | ~_is_about(others))


def _is_about(pilots: QuerySet[Pilot]) -> Q:
    """Events about an account, a transfer or a payout of somebody in one of these pilots."""
    accounts = Recipient.objects.filter(
        enrolment__pilot__in=pilots, provider_account__isnull=False
    ).values("provider_account")
    ours = Disbursement.objects.filter(pay_run__fund__pilot__in=pilots)
    transfers = ours.filter(provider_reference__isnull=False).values("provider_reference")
    return (
        Q(account__in=accounts)
        | Q(object_reference__in=accounts)
        | Q(object_reference__in=transfers)
        | Q(object_reference__in=ours.exclude(payout_reference="").values("payout_reference"))
    )
