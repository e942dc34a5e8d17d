"""Pay runs: what is due, who is in a run, who is left out and why."""

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from cashpilot.core import access
from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from participants.models import Pilot
from participants.queries import pilots_of, roles_of
from payments.models import (
    Disbursement,
    Fund,
    Instalment,
    LeftOut,
    PayRun,
    PayRunLine,
    ProviderEvent,
    Recipient,
)
from payments.queries.money import LIVE
from payments.rules import Line


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
    came_back = set(
        Disbursement.objects.filter(
            state="returned", returned_to="recipient", pay_run__fund=fund
        ).values_list("instalment__award__enrolment", flat=True)
    )
    return [_due(one, one.pk in elsewhere, one.award.enrolment_id in came_back) for one in owed]


def _due(instalment: Instalment, is_elsewhere: bool, came_back: bool) -> Due:
    recipient = instalment.award.enrolment.recipient
    if is_elsewhere:
        reason = LeftOut.Reason.ELSEWHERE
    elif came_back:
        reason = LeftOut.Reason.CAME_BACK
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


def lines_as_prepared(run: PayRun) -> list[Line]:
    """The lines of a run as they were prepared and shown."""
    lines = run.lines.select_related("instalment__award__enrolment")
    return [
        replace(
            line_of(one.instalment, one.destination),
            amount_minor=one.amount_minor,
            due_date=one.due_date,
        )
        for one in lines
    ]


def recipient_of(disbursement: Disbursement) -> Recipient:
    """Where this disbursement's person is paid, as it stood when the disbursement was read."""
    return disbursement.instalment.award.enrolment.recipient


def pay_runs_of(pilot: Pilot) -> QuerySet[PayRun]:
    """The pay runs of a pilot, newest first, with their size."""
    return (
        PayRun.objects.filter(fund__pilot=pilot)
        .select_related("fund", "prepared_by")
        .annotate(people=Count("lines"), total_minor=Sum("lines__amount_minor"))
        .order_by("-prepared_at")
    )


def unfinished_runs() -> QuerySet[PayRun]:
    """Runs that move on as their disbursements do, stopped ones with open lines among them."""
    moving = Q(state__in=["approved", "sending"]) | Q(state="stopped", lines__is_open=True)
    return PayRun.objects.filter(moving).distinct()


def pay_run_for(user: User, public_id: str, act: str) -> PayRun:
    """One pay run, in one of the user's pilots, if they may do this there."""
    run = (
        PayRun.objects.filter(public_id=public_id, fund__pilot__in=pilots_of(user))
        .select_related("fund__pilot", "prepared_by")
        .first()
    )
    if run is None:
        raise NotFound("There is no such pay run in your pilots.")
    access.check(roles_of(user, run.fund.pilot), act)
    return run


def disbursement_for(user: User, public_id: str, act: str) -> Disbursement:
    """One disbursement, in one of the user's pilots, if they may do this there."""
    found = (
        Disbursement.objects.filter(public_id=public_id, pay_run__fund__pilot__in=pilots_of(user))
        .select_related("pay_run__fund__pilot")
        .first()
    )
    if found is None:
        raise NotFound("There is no such payment in your pilots.")
    access.check(roles_of(user, found.pay_run.fund.pilot), act)
    return found


def events_that_need_a_person() -> QuerySet[ProviderEvent]:
    """What the provider said and nothing automatic can act on, oldest first."""
    return ProviderEvent.objects.filter(state="refused").order_by("received_at")


@dataclass(frozen=True)
class Preview:
    """One run in full: who is in it, who is left out and why, and where the money is now."""

    run: PayRun
    lines: list[PayRunLine]
    left_out: list[LeftOut]
    counts: dict[str, int]

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    @property
    def is_moving(self) -> bool:
        """Whether looking again soon will show something new."""
        return self.run.state in ("approved", "sending")


def preview_of(run: PayRun) -> Preview:
    """A run in full, in a constant number of queries."""
    mine = Prefetch("instalment__disbursements", run.disbursements.all(), to_attr="in_this_run")
    person = "instalment__award__enrolment__participant"
    order = (f"{person}__name", "pk")
    states = run.disbursements.values("state").annotate(n=Count("pk"))
    return Preview(
        run=run,
        lines=list(run.lines.select_related(person).prefetch_related(mine).order_by(*order)),
        left_out=list(run.left_out.select_related(person).order_by(*order)),
        counts={row["state"]: row["n"] for row in states},
    )


def waiting_for_a_person(pilot: Pilot | None = None) -> QuerySet[Disbursement]:
    """Disbursements that nothing automatic will move on, oldest first: held, or sent back."""
    held = ~Q(held_reason="") & Q(state__in=["queued", "unknown"])
    came_back = Q(state="returned", returned_to="recipient")
    waiting = Disbursement.objects.filter(held | came_back)
    if pilot:
        waiting = waiting.filter(pay_run__fund__pilot=pilot)
    return waiting.select_related(
        "instalment__award__enrolment__participant",
        "instalment__award__enrolment__recipient",
        "pay_run__fund",
    ).order_by("state_changed_at")
