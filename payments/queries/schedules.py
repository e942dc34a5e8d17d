"""Schedules: one person's payments, as they see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from cashpilot.core.refusals import NotFound
from participants.models import Arm, Enrolment, Pilot
from payments.models import (
    Amendment,
    Award,
    AwardTerms,
    DestinationChange,
    Disbursement,
    Hold,
    Instalment,
    PayRunLine,
    Recipient,
)
from payments.queries.halts import forgotten_of
from payments.queries.money import LIVE

PLAIN_WORDS = {
    "planned": _("Planned"),
    "queued": _("Getting ready"),
    "submitting": _("Getting ready"),
    "submitted": _("On its way"),
    "paid": _("Paid"),
    "failed": _("We are fixing this"),
    "returned": _("We are fixing this"),
    "settled": _("Paid"),
    "cancelled": _("Will not be sent"),
}


@dataclass(frozen=True)
class Payment:
    """One instalment as its participant sees it; `state` is the disbursement's where there is
    one."""

    number: int
    kind: str
    amount_minor: int
    currency: str
    due_date: date
    state: str
    held_reason: str
    expected_on: date | None
    paid_on: date | None
    public_id: str
    confirmed_at: datetime | None
    missed_at: datetime | None

    @property
    def words(self) -> str:
        """Where the money is, in two or three plain words."""
        return str(in_plain_words(self.state, self.held_reason))


@dataclass(frozen=True)
class Schedule:
    """A person's payments: the next one, those so far, those to come."""

    currency: str
    account_tail: str
    recipient_status: str
    payments: list[Payment]
    is_held: bool = False

    @property
    def next_payment(self) -> Payment | None:
        return next((one for one in self.payments if not _is_over(one)), None)

    @property
    def so_far(self) -> list[Payment]:
        """Newest first: what was paid, and what is under way besides the next one."""
        past = [one for one in self.payments if one.state != "planned"]
        return [one for one in reversed(past) if one is not self.next_payment]

    @property
    def to_come(self) -> list[Payment]:
        return [
            one for one in self.payments if one.state == "planned" and one is not self.next_payment
        ]

    def newest_due(self, today: date) -> Payment | None:
        """The last payment that should be there by now: only its person knows whether it is."""
        return next((one for one in reversed(self.payments) if _should_be_there(one, today)), None)

    @property
    def paid_minor(self) -> int:
        return sum(one.amount_minor for one in self.payments if one.state == "paid")


def _is_over(payment: Payment) -> bool:
    return payment.state in ("paid", "cancelled")


def _should_be_there(payment: Payment, today: date) -> bool:
    is_expected = payment.expected_on is not None and payment.expected_on <= today
    return payment.state == "paid" or (payment.state == "submitted" and is_expected)


def in_plain_words(state: str, held_reason: str):
    """What a participant is told of a state; an internal word never reaches a page."""
    if held_reason == Disbursement.Held.RECIPIENT:
        return _("We need to know where to send it")
    if held_reason or state == Disbursement.State.UNKNOWN:
        return _("A person is checking")
    return PLAIN_WORDS[state]


def schedule_of(enrolment: Enrolment) -> Schedule | None:
    """The schedule of one enrolment; None where nothing was promised."""
    recipient = Recipient.objects.filter(enrolment=enrolment).first()
    live = Prefetch("disbursements", Disbursement.objects.filter(LIVE), to_attr="live")
    instalments = (
        Instalment.objects.filter(~Exists(_replaced()), award__enrolment=enrolment)
        .select_related("award")
        .prefetch_related(live)
        .order_by("due_date", "number")
    )
    payments = [_payment(one) for one in instalments]
    if not payments or recipient is None:
        return None
    return Schedule(
        currency=payments[0].currency,
        account_tail=recipient.account_tail,
        recipient_status=recipient.status,
        payments=payments,
        is_held=Hold.objects.filter(award__enrolment=enrolment, lifted_at=None).exists(),
    )


def _replaced() -> QuerySet[Amendment]:
    """Amendments that put another instalment in the place of a cancelled one."""
    return Amendment.objects.filter(
        Q(kind="changed", made_at=OuterRef("state_changed_at"))
        | Q(kind="restored", made_at__gte=OuterRef("state_changed_at")),
        award=OuterRef("award"),
        award__instalments__pk=OuterRef("pk"),
        award__instalments__state="cancelled",
    )


def _payment(instalment: Instalment) -> Payment:
    sent = instalment.live[0] if instalment.live else None
    is_paid = sent is not None and sent.state == "paid"
    return Payment(
        number=instalment.number,
        kind=instalment.kind,
        amount_minor=instalment.amount_minor,
        currency=instalment.award.currency,
        due_date=instalment.due_date,
        state=sent.state if sent else instalment.state,
        held_reason=sent.held_reason if sent else "",
        expected_on=sent.expected_on if sent else None,
        paid_on=sent.state_changed_at.date() if sent and is_paid else None,
        public_id=sent.public_id if sent else "",
        confirmed_at=sent.confirmed_at if sent else None,
        missed_at=sent.missed_at if sent else None,
    )


def award_of(enrolment: Enrolment) -> Award:
    """What one person was promised; `NotFound` where nothing was."""
    found = Award.objects.filter(enrolment=enrolment).select_related("fund", "terms").first()
    if found is None:
        raise NotFound("No payments are planned for this person.")
    return found


def last_change_of(enrolment: Enrolment) -> DestinationChange | None:
    """The last change of where somebody's money goes, while they may still question it."""
    changes = DestinationChange.objects.filter(
        recipient__enrolment=enrolment, kind__in=["bank", "account"]
    )
    last = changes.select_related("recipient").order_by("-pk").first()
    is_over = last and last.recipient.changes.filter(kind="confirmed", pk__gt=last.pk).exists()
    return None if is_over else last


def recipient_for(enrolment: Enrolment) -> Recipient:
    """Where one person is paid; `NotFound` where nothing was promised."""
    found = Recipient.objects.filter(enrolment=enrolment).first()
    if found is None:
        raise NotFound("No payments are planned for this person.")
    return found


def recipients_to_look_at(today: date) -> QuerySet[Recipient]:
    """Whom to ask the provider about: those it cannot pay yet, and those paid within a week, whose
    bank account may have changed without our hearing of it."""
    soon = Instalment.objects.filter(
        award__enrolment=OuterRef("enrolment"),
        state="planned",
        due_date__lte=today + timedelta(days=7),
    )
    known = Recipient.objects.filter(provider_account__isnull=False)
    known = known.exclude(enrolment__state="undone")
    return known.filter(~Q(status="ready") | Exists(soon)).select_related("enrolment__pilot")


def recipients_not_ready(people: QuerySet[Enrolment]) -> QuerySet[Recipient]:
    """Those of the people whom the provider cannot pay just now, or whose change is questioned;
    longest first."""
    waiting = Recipient.objects.filter(enrolment__in=people.order_by(), enrolment__state="active")
    return (
        waiting.filter(~Q(status="ready") | Q(questioned_at__isnull=False))
        .select_related("enrolment__participant")
        .order_by("observed_at", "pk")
    )


def terms_of(arm: Arm) -> AwardTerms | None:
    """What an arm is promised now: the newest version of its terms."""
    return arm.award_terms.select_related("fund").order_by("-version").first()


def as_planned(terms: AwardTerms) -> dict[str, Any]:
    """Terms as the design of a pilot names them."""
    return {
        "fund": terms.fund.name,
        "amount_minor": terms.amount_minor,
        "count": terms.count,
        "frequency": str(terms.frequency),
        "lump_minor": terms.lump_minor,
        "first_date": terms.first_date.isoformat(),
        "when_closed": str(terms.when_closed),
        "may_choose": terms.may_choose,
    }


def arm_with_terms(pilot: Pilot, code: str) -> tuple[Arm, list[AwardTerms]]:
    """An arm of this pilot and every version of its terms, newest first; `NotFound` where it has
    none."""
    found = AwardTerms.objects.filter(pilot=pilot, arm__code=code).select_related("arm", "fund")
    versions = list(found.order_by("-version"))
    if not versions:
        raise NotFound("This pilot promises nothing in such an arm.")
    return versions[0].arm, versions


def still_to_come(award: Award, *, with_frozen: bool = False) -> QuerySet[Instalment]:
    """What is planned and not on its way, in order of date, locked. What a restored database
    forgot may be on its way.

    What stands in a pay run's frozen list is there only `with_frozen`: whoever takes it away keeps
    the run from being approved.
    """
    live = Disbursement.objects.filter(LIVE, instalment=OuterRef("pk"))
    frozen = PayRunLine.objects.filter(
        instalment=OuterRef("pk"), is_open=True, pay_run__state="previewed"
    )
    moved = forgotten_of(OuterRef("pk"))
    planned = award.instalments.filter(~Exists(live), ~Exists(moved), state="planned")
    if not with_frozen:
        planned = planned.filter(~Exists(frozen))
    return planned.order_by("due_date", "number").select_for_update()


def is_stopped(award: Award) -> bool:
    """Whether nothing more is to be sent of an award: it was stopped, and not brought back."""
    turns = award.amendments.filter(kind__in=[Amendment.Kind.STOPPED, Amendment.Kind.RESTORED])
    last = turns.order_by("-pk").first()
    return last is not None and last.kind == Amendment.Kind.STOPPED


def received_minor(enrolments: Iterable[Enrolment]) -> dict[int, int]:
    """What has arrived with each enrolment by now, in minor units: for the evaluation to ask."""
    settled = Instalment.objects.filter(award__enrolment__in=enrolments, state="settled")
    rows = settled.values("award__enrolment").annotate(total=Sum("amount_minor"))
    return {row["award__enrolment"]: row["total"] for row in rows}
