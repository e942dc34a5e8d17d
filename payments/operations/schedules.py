"""Changing what is still to come, always with a reason, never what was sent."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet

from cashpilot.core.calendars import working_days_of
from cashpilot.core.models import AuditEvent
from cashpilot.core.money import positive
from cashpilot.core.refusals import Invalid, Refused
from payments.lifecycles import DISBURSEMENT, INSTALMENT
from payments.models import Amendment, Award, Disbursement, Fund, Hold, Instalment
from payments.operations.awards import FURTHEST
from payments.queries import check_room, is_stopped, still_to_come
from payments.rules import Plan, open_day, open_day_from, pay_dates, payday_is_possible

Kind = Amendment.Kind
LONGEST_REASON = 200
A_WHILE = timedelta(hours=1)
MAY_WAIT = ("queued", "unknown")
UNSURE = ("queued", "submitting", "unknown")  # what is left of these may have been asked for


@transaction.atomic
def top_up(
    *, award: Award, amount_minor: int, due_date: date, reason: str, by: str, now: datetime
) -> Instalment:
    """Promise one more sum on a day, if the fund can keep it."""
    award = _locked(award)
    if is_stopped(award):
        raise Refused("These payments were stopped, so nothing is promised on top of them.")
    positive(amount_minor)
    _check_date(due_date, now)
    _check_not_pressed_twice(award, amount_minor, reason, now)
    check_room(award.fund, amount_minor, "for this top-up")
    amendment = _amend(award, Kind.TOP_UP, reason, amount_minor, by=by, now=now)
    extra = Instalment(kind=Instalment.Kind.TOP_UP)
    added = [(_open_day(award, due_date, now), amount_minor, extra)]
    (instalment,) = _add(award, added, amendment, now=now)
    return instalment


@transaction.atomic
def change_schedule(
    *,
    award: Award,
    reason: str,
    by: str,
    now: datetime,
    amount_minor: int | None = None,
    next_date: date | None = None,
    frequency: str = "",
    payday: int | None = None,
) -> Amendment:
    """Give what is still to come another amount, other dates, or both; the number stays.

    The old instalments stay in the books as cancelled, and new ones take their place.
    """
    if (amount_minor, next_date, payday) == (None, None, None) and not frequency:
        raise Invalid("Say what is to change: amount, date or how often.", field="amount_minor")
    award = _locked(award)
    old = [one for one in still_to_come(award) if one.kind == Instalment.Kind.REGULAR]
    if not old:
        raise Refused("Nothing of this award is still to come.")
    if amount_minor is not None:
        positive(amount_minor)
    amounts = [amount_minor or one.amount_minor for one in old]
    days = _days(award, old, next_date, frequency, payday, now)
    difference = sum(amounts) - sum(one.amount_minor for one in old)
    if difference > 0:
        check_room(award.fund, difference, "for this change")
    amendment = _amend(award, Kind.CHANGED, reason, difference, by=by, now=now)
    INSTALMENT.move_locked(old, "cancelled", now=now, by=by)
    award.frequency, award.payday = frequency or award.frequency, payday or award.payday
    award.save(update_fields=["frequency", "payday"])
    _add(award, list(zip(days, amounts, old, strict=True)), amendment, now=now)
    return amendment


@transaction.atomic
def hold_award(*, award: Award, reason: str, by: str, now: datetime) -> Hold:
    """Send nothing of an award for a while; what falls due meanwhile is still owed."""
    award = _locked(award)
    if award.holds.filter(lifted_at=None).exists():
        raise Refused("These payments are held already.")
    hold = award.holds.create(reason=Hold.Reason(reason), placed_at=now, placed_by=by)
    AuditEvent.record(award, "award.held", at=now, by=by)
    return hold


@transaction.atomic
def resume_award(*, award: Award, by: str, now: datetime) -> None:
    """Let an award's payments go on; the next pay run takes everything that fell due."""
    award = _locked(award)
    if is_stopped(award):
        raise Refused("These payments were stopped. Bring them back first, if that was a mistake.")
    if not award.holds.filter(lifted_at=None).update(lifted_at=now, lifted_by=by):
        raise Refused("These payments are not held.")
    Held = Disbursement.Held
    Disbursement.objects.filter(
        instalment__award=award, state__in=MAY_WAIT, held_reason=Held.STAFF_CHECK
    ).update(held_reason="", held_at=None)
    AuditEvent.record(award, "award.resumed", at=now, by=by)


@transaction.atomic
def stop_award(*, award: Award, reason: str, by: str, now: datetime) -> Amendment:
    """Cancel everything that is not sent. What is on its way is left as it is.

    A payment that was approved and certainly not asked for is given up first. One that may have
    been asked for is looked up, and not asked for again: a hold sees to that.
    """
    award = _locked(award)
    _give_up_unsent(award, by=by, now=now)
    old = list(still_to_come(award, with_frozen=True))
    lost = sum(one.amount_minor for one in old)
    amendment = _amend(award, Kind.STOPPED, reason, -lost, by=by, now=now)
    INSTALMENT.move_locked(old, "cancelled", now=now, by=by)
    unsure = Disbursement.objects.filter(instalment__award=award, state__in=UNSURE)
    if unsure.exists() and not award.holds.filter(lifted_at=None).exists():
        hold_award(award=award, reason=Hold.Reason.LIFE_EVENT, by=by, now=now)
    return amendment


@transaction.atomic
def restore_award(
    *, award: Award, stopped: Amendment, reason: str, by: str, now: datetime
) -> Amendment:
    """Promise again what a stop cancelled: the same sums, none dated before today.

    It was promised before whatever the fund has promised since, so the budget does not refuse it;
    nothing is sent beyond the budget all the same.
    """
    award = _locked(award)
    if stopped.award_id != award.pk or stopped.kind != Kind.STOPPED:
        raise Refused("This is no stop of these payments.")
    if award.amendments.filter(kind=Kind.RESTORED, made_at__gte=stopped.made_at).exists():
        raise Refused("What this stop cancelled has come back already.")
    gone = award.instalments.filter(state="cancelled", state_changed_at__gte=stopped.made_at)
    back = [(_open_day(award, one.due_date, now), one.amount_minor, one) for one in gone]
    total = sum(amount for _, amount, _ in back)
    amendment = _amend(award, Kind.RESTORED, reason, total, by=by, now=now)
    if award.holds.filter(lifted_at=None, placed_at=stopped.made_at).exists():
        resume_award(award=award, by=by, now=now)
    _add(award, back, amendment, now=now)
    return amendment


@transaction.atomic
def bring_back(*, award: Award, reason: str, by: str, now: datetime) -> Amendment:
    """Undo the last stop, while the person's time in the pilot goes on."""
    if not is_stopped(award):
        raise Refused("These payments are not stopped.")
    if award.enrolment.state != "active":
        raise Refused("Their time in the pilot has ended. Correct what was recorded of them first.")
    stopped = award.amendments.filter(kind=Kind.STOPPED).latest("pk")
    return restore_award(award=award, stopped=stopped, reason=reason, by=by, now=now)


def _locked(award: Award) -> Award:
    """The award with its fund, both locked: nothing else is promised or prepared meanwhile."""
    Fund.objects.select_for_update(no_key=True).get(pk=award.fund_id)
    return (
        Award.objects.select_for_update(of=("self",))
        .select_related("fund", "terms", "enrolment__pilot")
        .get(pk=award.pk)
    )


def _check_not_pressed_twice(award: Award, amount: int, reason: str, now: datetime) -> None:
    lately = award.amendments.filter(
        kind=Kind.TOP_UP, difference_minor=amount, made_at__gt=now - A_WHILE
    )
    if any(one.reason == reason.strip() for one in lately):
        raise Refused(
            "The same top-up was promised a moment ago. If you mean another one, say why in other "
            "words."
        )


def _check_date(day: date, now: datetime) -> None:
    if day < now.date() or day - now.date() > FURTHEST:
        raise Invalid("Choose a day from today on, within ten years.", field="due_date")


def _days(
    award: Award,
    old: list[Instalment],
    next_date: date | None,
    frequency: str,
    payday: int | None,
    now: datetime,
) -> list[date]:
    """The dates of what is to come: as they are, or of a new plan from the next date on."""
    if not (next_date or frequency or payday is not None):
        return [one.due_date for one in old]
    rhythm = frequency or award.frequency
    if not payday_is_possible(rhythm, payday) or (rhythm == "once" and len(old) > 1):
        raise Invalid("This day does not go with how often the money comes.", field="payday")
    start = next_date or max(old[0].due_date, now.date())
    _check_date(start, now)
    closed = award.terms.when_closed if award.terms else "before"
    own_day = payday or (award.payday if rhythm == award.frequency and not next_date else None)
    plan = Plan(rhythm, start, closed, own_day)
    is_open = working_days_of(award.enrolment.pilot.nation)
    first, *others = pay_dates(plan, len(old), is_working_day=is_open)
    return [first if first >= now.date() else open_day(start, "after", is_open), *others]


def _open_day(award: Award, day: date, now: datetime) -> date:
    """A day on which banks work, moved as the award's terms say, and never before today."""
    closed = award.terms.when_closed if award.terms else "before"
    is_open = working_days_of(award.enrolment.pilot.nation)
    return open_day_from(now.date(), max(day, now.date()), closed, is_open)


def _amend(
    award: Award, kind: str, reason: str, difference: int, *, by: str, now: datetime
) -> Amendment:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(f"Say why, in at most {LONGEST_REASON} characters.", field="reason")
    amendment = award.amendments.create(
        kind=kind, reason=reason, difference_minor=difference, made_by=by, made_at=now
    )
    AuditEvent.record(award, f"award.{kind}", at=now, by=by, difference_minor=difference)
    return amendment


def _add(award: Award, sums: list[tuple], amendment: Amendment, *, now: datetime):
    """Promise sums on days, each in the place of an instalment and of its kind."""
    last = award.instalments.aggregate(last=Max("number"))["last"] or 0
    return Instalment.objects.bulk_create(
        Instalment(
            award=award,
            number=number,
            due_date=day,
            amount_minor=amount,
            kind=old.kind,
            first_promise_id=old.first_promise_id or old.pk,
            amendment=amendment,
            promised_at=now,
            state_changed_at=now,
        )
        for number, (day, amount, old) in enumerate(sums, start=last + 1)
    )


def _give_up_unsent(award: Award, *, by: str, now: datetime) -> None:
    unsent: QuerySet[Disbursement] = Disbursement.objects.select_for_update().filter(
        instalment__award=award, state="queued", has_open_try=False
    )
    changes = {"failure": "cancelled", "held_reason": "", "held_at": None}
    DISBURSEMENT.move_locked(list(unsent), "failed", now=now, by=by, **changes)
