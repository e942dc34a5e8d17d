"""Schedules: one person's payments, as they see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Sum
from django.utils.translation import gettext_lazy as _

from participants.models import Enrolment
from payments.models import Disbursement, Instalment, Recipient
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
    amount_minor: int
    currency: str
    due_date: date
    state: str
    held_reason: str
    expected_on: date | None
    paid_on: date | None

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

    @property
    def paid_minor(self) -> int:
        return sum(one.amount_minor for one in self.payments if one.state == "paid")


def _is_over(payment: Payment) -> bool:
    return payment.state in ("paid", "cancelled")


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
        Instalment.objects.filter(award__enrolment=enrolment)
        .select_related("award")
        .prefetch_related(live)
        .order_by("number")
    )
    payments = [_payment(one) for one in instalments]
    if not payments or recipient is None:
        return None
    return Schedule(payments[0].currency, recipient.account_tail, recipient.status, payments)


def _payment(instalment: Instalment) -> Payment:
    sent = instalment.live[0] if instalment.live else None
    is_paid = sent is not None and sent.state == "paid"
    return Payment(
        number=instalment.number,
        amount_minor=instalment.amount_minor,
        currency=instalment.award.currency,
        due_date=instalment.due_date,
        state=sent.state if sent else instalment.state,
        held_reason=sent.held_reason if sent else "",
        expected_on=sent.expected_on if sent else None,
        paid_on=sent.state_changed_at.date() if sent and is_paid else None,
    )


def received_minor(enrolments: Iterable[Enrolment]) -> dict[int, int]:
    """What has arrived with each enrolment by now, in minor units: for the evaluation to ask."""
    settled = Instalment.objects.filter(award__enrolment__in=enrolments, state="settled")
    rows = settled.values("award__enrolment").annotate(total=Sum("amount_minor"))
    return {row["award__enrolment"]: row["total"] for row in rows}
