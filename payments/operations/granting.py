"""Promising money to people: from here on it depends on nothing but the calendar."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import chain, islice

from django.db import connection, transaction

from cashpilot.core.calendars import working_days_of
from cashpilot.core.ids import new_id
from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Enrolment
from payments.models import Award, AwardTerms, Fund, Instalment, Recipient
from payments.operations.awards import NotPaid
from payments.queries import check_room, terms_of
from payments.rules import Plan, count_at, pay_dates, payday_is_possible, spread

BATCH = 1_000
COPY = (
    "COPY payments_instalment (public_id, award_id, number, kind, due_date, amount_minor,"
    " promised_at, state, state_changed_at) FROM STDIN"
)


@dataclass(frozen=True)
class Choice:
    """What one person chose where the terms leave it open: how often, and on which day."""

    frequency: str = ""
    payday: int | None = None


@transaction.atomic
def grant_award(
    *, enrolment: Enrolment, by: str, now: datetime, choice: Choice | None = None
) -> Award:
    """Promise one person what their arm's terms say, in the rhythm they chose."""
    (award,) = grant_awards(enrolments=[enrolment], by=by, now=now, choice=choice)
    return award


@transaction.atomic
def grant_awards(
    *, enrolments: Sequence[Enrolment], by: str, now: datetime, choice: Choice | None = None
) -> list[Award]:
    """Promise everybody what their arm's terms say; or nobody anything.

    The promise is made only if the funds can keep it, counted under their locks.
    """
    one_of_each = {one.arm_id: one for one in enrolments}
    terms = {arm: _terms_for(one) for arm, one in one_of_each.items()}
    chosen = choice or Choice()
    for one in terms.values():
        _check_choice(one, chosen)
    _check_budgets([terms[one.arm_id] for one in enrolments])
    awards = Award.objects.bulk_create(
        (_award(one, terms[one.arm_id], chosen, now) for one in enrolments), batch_size=BATCH
    )
    Recipient.objects.bulk_create(
        (Recipient(enrolment=one) for one in enrolments), batch_size=BATCH
    )
    generate_schedules(awards=awards, by=by, now=now)
    AuditEvent.record_each(awards, "award.granted", at=now, by=by)
    return awards


def generate_schedules(*, awards: Iterable[Award], by: str, now: datetime) -> int:
    """Write the instalments of new awards, as a stream: memory does not grow with their number.

    Each award comes with its `terms` and its `enrolment` with the pilot; returns the number of
    instalments. Called inside the transaction that makes the awards, which says by whom.
    """
    count = 0
    rows_of = _planner(now)
    waiting = iter(awards)
    with connection.cursor() as cursor:
        while batch := list(islice(waiting, BATCH)):
            with cursor.copy(COPY) as out:
                for row in chain.from_iterable(map(rows_of, batch)):
                    out.write_row(row)
                    count += 1
    return count


def _planner(now: datetime) -> Callable[[Award], Iterator[tuple]]:
    """The rows of an award. What people with the same plan share is reckoned once."""
    sums, dates = cache(_sums), _dated()

    def rows_of(award: Award) -> Iterator[tuple]:
        amounts, days = sums(award.terms, award.frequency), dates(award)
        lumps = len(amounts) - len(days)
        for number, (kind, amount) in enumerate(amounts, start=1):
            day = days[max(0, number - 1 - lumps)]
            yield new_id("ins"), award.pk, number, kind, day, amount, now, "planned", now

    return rows_of


def _terms_for(enrolment: Enrolment) -> AwardTerms:
    if not enrolment.is_paid:
        raise NotPaid("People in a comparison arm are never paid an award.")
    terms = terms_of(enrolment.arm)
    if terms is None:
        raise Refused(f"The arm “{enrolment.arm.name}” has no award terms yet. Set them first.")
    return terms


def _check_choice(terms: AwardTerms, choice: Choice) -> None:
    frequency = choice.frequency or terms.frequency
    is_other = frequency != terms.frequency
    if (is_other or choice.payday) and not terms.may_choose:
        raise Invalid("This arm's terms leave no choice of day or rhythm.", field="frequency")
    if is_other and "once" in (frequency, terms.frequency):
        raise Invalid("A sum paid once stays so, and one paid often too.", field="frequency")
    if not payday_is_possible(frequency, choice.payday):
        raise Invalid(
            "Choose a day of the month from 1 to 31, or a day of the week from 1 (Monday) to 7.",
            field="payday",
        )
    if terms.amount_minor * terms.count < count_at(frequency, terms.count, of=terms.frequency):
        raise Invalid("The sum is too small to be paid so often.", field="frequency")


def _check_budgets(terms: Sequence[AwardTerms]) -> None:
    wanted: dict[int, int] = {}
    for one in terms:
        wanted[one.fund_id] = wanted.get(one.fund_id, 0) + one.total_minor
    for fund in Fund.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"):
        check_room(fund, wanted[fund.pk], f"for {len(terms)} more: nobody was added")


def _award(enrolment: Enrolment, terms: AwardTerms, choice: Choice, now: datetime) -> Award:
    return Award(
        enrolment=enrolment,
        fund=terms.fund,
        currency=terms.fund.currency,
        terms=terms,
        frequency=choice.frequency or terms.frequency,
        payday=choice.payday,
        granted_at=now,
    )


def _sums(terms: AwardTerms, frequency: str) -> list[tuple[str, int]]:
    """Kind and amount of each instalment: the total is that of the terms at any frequency."""
    Kind = Instalment.Kind
    count = count_at(frequency, terms.count, of=terms.frequency)
    regular = spread(terms.amount_minor * terms.count, count)
    lump = [(Kind.LUMP.value, terms.lump_minor)] if terms.lump_minor else []
    return lump + [(Kind.REGULAR.value, amount) for amount in regular]


def _dated() -> Callable[[Award], list[date]]:
    """The dates of an award; those of people who joined on one day to one plan are reckoned
    once."""

    @cache
    def dates(terms: AwardTerms, frequency: str, payday: int | None, nation: str, joined: date):
        plan = Plan(frequency, terms.first_date, terms.when_closed, payday)
        count = count_at(frequency, terms.count, of=terms.frequency)
        is_open = working_days_of(nation)
        return pay_dates(plan, count, is_working_day=is_open, not_before=joined)

    def of(award: Award) -> list[date]:
        enrolment = award.enrolment
        nation = enrolment.pilot.nation
        return dates(award.terms, award.frequency, award.payday, nation, enrolment.enrolled_on)

    return of
