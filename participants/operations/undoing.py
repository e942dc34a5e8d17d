"""Taking back the people of a file that should not have been added."""

from datetime import datetime

from django.db import transaction

from cashpilot.core.ids import new_code
from cashpilot.core.refusals import Refused
from participants.lifecycles import ENROLMENT, INTAKE, NOTICE
from participants.models import Enrolment, Intake, Notice, Participant, Pilot, SignInToken
from participants.queries.intakes import enrolments_in, written_about

ADDED_BY_MISTAKE = "Added by mistake"
BATCH = 1_000


@transaction.atomic
def undo_intake(*, intake: Intake, by: str, now: datetime) -> list[Enrolment]:
    """Everybody whom a file brought in never took part: nothing that names them is kept, and their
    codes are free again. Their enrolments stay, as taken back, because the audit speaks of them.

    What was promised to them is the journey's to take back, in the same transaction.
    """
    Pilot.objects.select_for_update().get(pk=intake.pilot_id)
    people = list(enrolments_in(intake).select_for_update(of=("self",)))
    if any(one.state != Enrolment.State.ACTIVE for one in people) or written_about(people):
        raise Refused(
            "Something was written down about some of these people since they were added, so they "
            "cannot be taken back all together."
        )
    _free_codes(people)
    ENROLMENT.move_locked(people, Enrolment.State.UNDONE, now=now, by=by)
    _forget([one.participant_id for one in people], by=by, now=now)
    nothing = {"raw": b"", "problems": [], "alike": [], "answers": {}, "file_name": ""}
    INTAKE.move(intake, Intake.State.UNDONE, now=now, by=by, **nothing)
    return people


def _free_codes(people: list[Enrolment]) -> None:
    """A code that nobody can have been given: longer than those that we make."""
    for one in people:
        one.code = new_code() + new_code()
    Enrolment.objects.bulk_update(people, ["code"], batch_size=BATCH)


def _forget(participants: list[int], *, by: str, now: datetime) -> None:
    Participant.objects.filter(pk__in=participants).update(
        name=ADDED_BY_MISTAKE, date_of_birth=None, email="", phone="", contact_stopped_at=now
    )
    open_links = SignInToken.objects.filter(participant__in=participants, used_at=None)
    open_links.filter(revoked_at=None).update(revoked_at=now)
    waiting = Notice.objects.filter(participant__in=participants, state=Notice.State.WAITING)
    NOTICE.move_locked(
        list(waiting.select_for_update()), Notice.State.CANCELLED, now=now, by=by, address=""
    )
