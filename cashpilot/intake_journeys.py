"""Bringing in a file of people with their promises, and taking both back. Like the other journeys,
below the evaluation."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cashpilot.core.locks import INTAKE, is_mine_until_the_end
from cashpilot.core.refusals import Invalid, Refused
from participants.models import Enrolment, Intake, Pair
from participants.operations import intakes
from participants.operations.pairs import say_same
from participants.operations.undoing import undo_intake
from participants.queries.intakes import UNDER_WAY, intakes_to_do
from payments.models import Award
from payments.operations.granting import grant_awards
from payments.operations.promises import take_promises_back
from payments.operations.schedules import stop_award

AT_ONCE = 500  # rows that are checked and added while somebody waits for the page


def work_on_intakes(*, by: str, now: datetime) -> int:
    """Check and add what waits, one file after the other; returns how many were worked on."""
    waiting = list(intakes_to_do())
    for intake in waiting:
        work_on(intake=intake, by=by, now=now)
    return len(waiting)


def work_on_a_short_one(*, intake: Intake, by: str, now: datetime) -> None:
    """Do at once what a worker would do in a few seconds, where the file is short."""
    if intake.rows <= AT_ONCE:
        work_on(intake=intake, by=by, now=now)


def work_on(*, intake: Intake, by: str, now: datetime) -> None:
    """Do the next step of one file, whole or not at all; a refusal goes back to whoever sent it.

    Of two workers one does it, and the other leaves.
    """
    intakes.begin_try(intake=intake, by=by, now=now)
    try:
        _step(intake, by=by, now=now)
    except Refused as no:
        intake.refresh_from_db()
        if intake.state in UNDER_WAY:
            intakes.send_back(intake=intake, refusal=str(no), by=by, now=now)


@transaction.atomic
def add_intake(*, intake: Intake, by: str, now: datetime) -> list[Enrolment]:
    """Enrol everybody in a checked file and promise the paid ones their instalments; or nobody."""
    added = intakes.add(intake=intake, by=by, now=now)
    grant_awards(enrolments=[one for one in added if one.is_paid], by=by, now=now)
    return added


@transaction.atomic
def take_back_intake(*, intake: Intake, by: str, now: datetime) -> None:
    """Take back everybody whom a file brought in, and what they were promised; or nothing, once a
    pay run with any of them in it has been approved."""
    if intake.state != Intake.State.ADDED:
        raise Refused("Nobody was added from this file, so nobody is taken back.")
    people: Sequence[Enrolment] = undo_intake(intake=intake, by=by, now=now)
    take_promises_back(enrolments=people, by=by, now=now)


@transaction.atomic
def link_the_same_person(*, pair: Pair, kept: str, by: str, now: datetime) -> None:
    """Two enrolments are one person: the one with the public id `kept` stays, the other ends, and
    what the other was still to be sent is stopped. What was sent stays in the books."""
    stays = next((one for one in (pair.first, pair.second) if one.public_id == kept), None)
    if stays is None:
        raise Invalid("Say which of the two stays.", field="kept")
    other = say_same(pair=pair, kept=stays, by=by, now=now)
    award = Award.objects.filter(enrolment=other).first()
    if award:
        stop_award(award=award, reason="The same person came in twice", by=by, now=now)


@transaction.atomic
def _step(intake: Intake, *, by: str, now: datetime) -> None:
    if not is_mine_until_the_end(INTAKE, intake.pk):
        return
    intake.refresh_from_db()
    if intake.state == Intake.State.CHECKING:
        intakes.check(intake=intake, by=by, now=now)
    elif intake.state == Intake.State.ADDING:
        add_intake(intake=intake, by=by, now=now)
