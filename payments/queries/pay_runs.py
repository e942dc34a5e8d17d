"""Pay runs: what is due, who would be in a run, who is left out and why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum

from cashpilot.core.calendars import NATIONS, working_days_of
from cashpilot.core.models import User
from cashpilot.core.refusals import NotFound
from participants.models import Enrolment, Pilot
from participants.queries import check_act, people_in_reach, pilots_of
from payments.models import (
    Disbursement,
    Fund,
    Hold,
    Instalment,
    LeftOut,
    PayRun,
    PayRunLine,
    Recipient,
)
from payments.queries.destinations import is_shared
from payments.queries.money import LIVE
from payments.rules import LEAD_DAYS, Line, promised_through

Reason = LeftOut.Reason
RECIPIENT = "award__enrolment__recipient"
NO_PAYMENT = "There is no such payment in your pilots."


@dataclass(frozen=True)
class Due:
    """An instalment that is due, and either where it goes or why it is left out."""

    instalment_id: int
    amount_minor: int
    due_date: date
    status: str
    destination: str
    bank_mark: str
    edited_by_id: int | None
    payable_from: datetime | None
    questioned_at: datetime | None
    is_elsewhere: bool
    is_held: bool
    came_back: bool
    is_shared: bool
    left_out: str = ""


def due_in(fund: Fund, due_by: date, now: datetime) -> list[Due]:
    """Everything owed from a fund by a day and not on its way, in order of date, in one query.

    "By", never "on": a missed day is caught up. `now` decides whose cooling-off is over.
    """
    owed = (
        Instalment.objects.filter(award__fund=fund, state="planned", due_date__lte=due_by)
        .filter(~Exists(_disbursements(LIVE, instalment=OuterRef("pk"))))
        .annotate(
            is_elsewhere=Exists(PayRunLine.objects.filter(instalment=OuterRef("pk"), is_open=True)),
            is_held=Exists(Hold.objects.filter(award=OuterRef("award"), lifted_at=None)),
            came_back=Exists(
                _disbursements(
                    Q(state="returned", returned_to="recipient"),
                    instalment__award=OuterRef("award"),
                    destination=OuterRef(f"{RECIPIENT}__provider_account"),
                )
            ),
            is_shared=is_shared(RECIPIENT, "award__enrolment__pilot"),
        )
        .order_by("due_date", "pk")
    )
    flags = ("is_elsewhere", "is_held", "came_back", "is_shared")
    rows = owed.values_list(*_DUE_COLUMNS, *flags)
    return [_judged(Due(*row), now) for row in rows.iterator(chunk_size=2_000)]


_DUE_COLUMNS = (
    "pk",
    "amount_minor",
    "due_date",
    f"{RECIPIENT}__status",
    f"{RECIPIENT}__provider_account",
    f"{RECIPIENT}__bank_mark",
    f"{RECIPIENT}__last_edited_by",
    f"{RECIPIENT}__payable_from",
    f"{RECIPIENT}__questioned_at",
)
WHY_NOT: tuple[tuple[Callable[[Due, datetime], bool], str], ...] = (
    (lambda one, now: one.is_elsewhere, Reason.ELSEWHERE),
    (lambda one, now: one.is_held, Reason.HELD),
    (lambda one, now: one.came_back, Reason.CAME_BACK),
    (lambda one, now: one.questioned_at is not None, Reason.QUESTIONED),
    (lambda one, now: one.is_shared, Reason.SHARED),
    (lambda one, now: one.status == Recipient.Status.NEW, Reason.NO_ACCOUNT),
    (lambda one, now: one.status == Recipient.Status.ACTION_NEEDED, Reason.ACTION_NEEDED),
    (lambda one, now: one.status == Recipient.Status.PENDING, Reason.PENDING),
    (lambda one, now: one.status == Recipient.Status.DISABLED, Reason.DISABLED),
    (lambda one, now: bool(one.payable_from and one.payable_from > now), Reason.COOLING_OFF),
)


def send_through(pilot: Pilot, today: date) -> date:
    """Up to which promised date payments have to be sent today, so that they arrive in time."""
    lead = LEAD_DAYS[NATIONS[pilot.nation][1]]
    return promised_through(today, lead, working_days_of(pilot.nation))


def in_no_run(pilot: Pilot, today: date) -> tuple[int, date | None]:
    """How many payments would come late if no run took them today, and the first one's date.

    Those that wait for a reason, such as a hold or missing details, are shown elsewhere.
    """
    through = send_through(pilot, today)
    held = Hold.objects.filter(award=OuterRef("award"), lifted_at=None)
    found = Instalment.objects.filter(
        ~Exists(_disbursements(LIVE, instalment=OuterRef("pk"))),
        ~Exists(PayRunLine.objects.filter(instalment=OuterRef("pk"), is_open=True)),
        ~Exists(held),
        award__fund__pilot=pilot,
        award__enrolment__recipient__status=Recipient.Status.READY,
        state="planned",
        due_date__lte=through,
    )
    said = found.aggregate(count=Count("pk"), first=Min("due_date"))
    return said["count"], said["first"]


def _disbursements(*conditions: Q, **also) -> QuerySet[Disbursement]:
    return Disbursement.objects.filter(*conditions, **also)


def _judged(one: Due, now: datetime) -> Due:
    reason = next((str(why) for test, why in WHY_NOT if test(one, now)), "")
    return Due(**{**vars(one), "left_out": reason}) if reason else one


def line_of(instalment: Instalment, recipient: Recipient) -> Line:
    """What approval freezes of one instalment that goes to this recipient."""
    return Line(
        instalment=instalment.public_id,
        person=instalment.award.enrolment.public_id,
        amount_minor=instalment.amount_minor,
        currency=instalment.award.currency,
        destination=recipient.provider_account or "",
        bank_mark=recipient.bank_mark,
        due_date=instalment.due_date,
    )


_AWARD = "instalment__award"
_PERSON = ("instalment__public_id", f"{_AWARD}__enrolment__public_id")
_PLACE = f"{_AWARD}__enrolment__recipient"


def lines_now(run: PayRun) -> list[Line]:
    """The lines of a run as the facts stand now: what approval compares with the preview.

    What is cancelled, or paid by a disbursement already, is none of them.
    """
    is_paid_already = Exists(_disbursements(LIVE, instalment=OuterRef("instalment")))
    owed = run.lines.filter(~is_paid_already, instalment__state=Instalment.State.PLANNED)
    rows = owed.values_list(
        *_PERSON,
        "instalment__amount_minor",
        f"{_AWARD}__currency",
        f"{_PLACE}__provider_account",
        f"{_PLACE}__bank_mark",
        "instalment__due_date",
    )
    return [Line(*row) for row in rows.iterator(chunk_size=2_000)]


def lines_as_prepared(run: PayRun) -> dict[int, Line]:
    """The lines of a run as they were prepared and shown, by the id of their instalment."""
    rows = run.lines.order_by("due_date", "pk").values_list(
        "instalment_id",
        *_PERSON,
        "amount_minor",
        f"{_AWARD}__currency",
        "destination",
        "bank_mark",
        "due_date",
    )
    return {key: Line(*row) for key, *row in rows.iterator(chunk_size=2_000)}


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
    check_act(user, run.fund.pilot, act)
    return run


def disbursement_for(user: User, public_id: str, act: str) -> Disbursement:
    """One disbursement, in one of the user's pilots, if they may do this there."""
    found = (
        Disbursement.objects.filter(public_id=public_id, pay_run__fund__pilot__in=pilots_of(user))
        .select_related("pay_run__fund__pilot", "instalment__award")
        .first()
    )
    if found is None:
        raise NotFound(NO_PAYMENT)
    pilot, person = found.pay_run.fund.pilot, found.instalment.award.enrolment_id
    check_act(user, pilot, act)
    if not people_in_reach(user, pilot, act).filter(pk=person).exists():
        raise NotFound(NO_PAYMENT)
    return found


def disbursement_of(enrolment: Enrolment, public_id: str) -> Disbursement:
    """One disbursement of this person; anybody else's does not exist."""
    ours = Disbursement.objects.filter(instalment__award__enrolment=enrolment)
    found = ours.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such payment.")
    return found


def fund_for(pilot: Pilot, public_id: str = "") -> Fund:
    """A fund of this pilot: the one that is named, or the only one there is."""
    of_awards = pilot.funds.filter(purpose=Fund.Purpose.AWARDS)
    funds = list(of_awards.filter(public_id=public_id) if public_id else of_awards)
    if len(funds) != 1:
        raise NotFound("Say which of the pilot's funds the pay run is for.")
    return funds[0]


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
