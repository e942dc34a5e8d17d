"""The questions other code may ask of payments. Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from participants.models import Enrolment, Pilot
from payments.models import (
    Disbursement,
    Fund,
    Instalment,
    LedgerEntry,
    LeftOut,
    PayRun,
    PayRunLine,
    Recipient,
)
from payments.rules import Line

LIVE = ~Q(state="failed") & ~Q(state="returned", returned_to="funds")


@dataclass(frozen=True)
class Due:
    """An instalment that is due, and either where it goes or why it is left out."""

    instalment: Instalment
    destination: str
    left_out: str


def due_in(fund: Fund, due_by: date) -> list[Due]:
    """Everything owed from a fund by a day and not on its way, in order of date.

    "By", never "on": a missed day is caught up.
    """
    live = Disbursement.objects.filter(LIVE).values("instalment")
    owed = (
        Instalment.objects.filter(award__fund=fund, state="planned", due_date__lte=due_by)
        .exclude(pk__in=live)
        .select_related("award__enrolment__recipient", "award__enrolment__participant")
        .order_by("due_date", "pk")
    )
    elsewhere = set(
        PayRunLine.objects.filter(is_open=True, pay_run__fund=fund).values_list(
            "instalment_id", flat=True
        )
    )
    return [_due(one, one.pk in elsewhere) for one in owed]


def _due(instalment: Instalment, is_elsewhere: bool) -> Due:
    recipient = instalment.award.enrolment.recipient
    if is_elsewhere:
        reason = LeftOut.Reason.ELSEWHERE
    elif recipient.status != Recipient.Status.READY:
        reason = LeftOut.Reason(recipient.status)
    else:
        return Due(instalment, recipient.provider_account or "", "")
    return Due(instalment, "", reason.value)


def line_of(instalment: Instalment, destination: str) -> Line:
    """What approval freezes of one instalment."""
    return Line(
        instalment=instalment.public_id,
        person=instalment.award.enrolment.public_id,
        amount_minor=instalment.amount_minor,
        currency=instalment.award.currency,
        destination=destination,
        due_date=instalment.due_date,
    )


def lines_now(run: PayRun) -> list[Line]:
    """The lines of a run as the facts stand now: what approval compares with the preview."""
    lines = run.lines.select_related("instalment__award__enrolment__recipient")
    return [
        line_of(one.instalment, one.instalment.award.enrolment.recipient.provider_account or "")
        for one in lines
        if one.instalment.state == Instalment.State.PLANNED
    ]


def recipient_of(disbursement: Disbursement) -> Recipient:
    """Where this disbursement's person is paid, as it stands now."""
    return Recipient.objects.get(enrolment=disbursement.instalment.award.enrolment_id)


def promised_minor(fund: Fund) -> int:
    """Everything promised from a fund that is not cancelled."""
    owed = Instalment.objects.filter(award__fund=fund).exclude(state="cancelled")
    return _sum(owed)


def sent_minor(fund: Fund) -> int:
    """Everything sent or about to be sent from a fund, that did not come back to it."""
    return _sum(Disbursement.objects.filter(LIVE, pay_run__fund=fund))


def total_of(run: PayRun) -> int:
    """The sum of a run's lines, in minor units."""
    return _sum(run.lines)


def _sum(rows) -> int:
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0


def balances_of(fund: Fund) -> dict[str, int]:
    """Every account of a fund, from the ledger alone; together they are always nothing."""
    entries = LedgerEntry.objects.filter(fund=fund)
    net = dict.fromkeys(LedgerEntry.Account.values, 0)
    for side, sign in (("to_account", 1), ("from_account", -1)):
        for row in entries.values(side).annotate(total=Sum("amount_minor")):
            net[row[side]] += sign * row["total"]
    return net


def pay_runs_of(pilot: Pilot) -> QuerySet[PayRun]:
    """The pay runs of a pilot, newest first, with their size."""
    return (
        PayRun.objects.filter(fund__pilot=pilot)
        .select_related("fund", "prepared_by")
        .annotate(people=Count("lines"), total_minor=Sum("lines__amount_minor"))
        .order_by("-prepared_at")
    )


def lines_of(run: PayRun) -> QuerySet[PayRunLine]:
    """Who is in a run, with the disbursement of each once there is one."""
    sent = Prefetch(
        "instalment__disbursements",
        Disbursement.objects.filter(pay_run=run),
        to_attr="in_this_run",
    )
    return (
        run.lines.select_related("instalment__award__enrolment__participant")
        .prefetch_related(sent)
        .order_by("instalment__award__enrolment__participant__name", "pk")
    )


def left_out_of(run: PayRun) -> QuerySet[LeftOut]:
    """Who was due and is not in a run, and why."""
    return run.left_out.select_related("instalment__award__enrolment__participant").order_by(
        "instalment__award__enrolment__participant__name", "pk"
    )


def counts_of(run: PayRun) -> dict[str, int]:
    """How many disbursements of a run are in each state."""
    rows = run.disbursements.values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def waiting_for_a_person(pilot: Pilot | None = None) -> QuerySet[Disbursement]:
    """Disbursements that nothing automatic will move on, oldest first."""
    held = Disbursement.objects.exclude(held_reason="").filter(state__in=["queued", "unknown"])
    if pilot:
        held = held.filter(pay_run__fund__pilot=pilot)
    return held.select_related(
        "instalment__award__enrolment__participant", "pay_run__fund"
    ).order_by("state_changed_at")


@dataclass(frozen=True)
class Payment:
    """One instalment as its participant sees it; `state` is the disbursement's where there is one."""

    number: int
    amount_minor: int
    currency: str
    due_date: date
    state: str
    held_reason: str
    expected_on: date | None
    paid_on: date | None


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
