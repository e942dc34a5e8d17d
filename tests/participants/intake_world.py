"""Files on their way in, for tests: sent, checked and added as a worker would."""

from cashpilot.intake_journeys import work_on
from participants.models import Intake, Pilot
from participants.operations import intakes
from tests.factories import BY, NOON

HEAD = "name,arm,consent_date,code,date_of_birth,email,phone\n"
WHO = {"by": BY, "now": NOON}


def a_file(*rows: str, head: str = HEAD) -> bytes:
    return (head + "\n".join(rows)).encode()


def a_checked_file(pilot: Pilot, *rows: str, head: str = HEAD) -> Intake:
    """A file whose columns are known, sent and checked."""
    raw = a_file(*rows, head=head)
    return done(intakes.take_in(pilot=pilot, file_name="people.csv", raw=raw, **WHO))


def an_added_file(pilot: Pilot, *rows: str) -> Intake:
    """The same, decided on and added."""
    intake = a_checked_file(pilot, *rows)
    intakes.begin_adding(intake=intake, **WHO)
    return done(intake)


def done(intake: Intake) -> Intake:
    """The file after a worker has worked on it."""
    work_on(intake=intake, **WHO)
    intake.refresh_from_db()
    return intake
