"""What no release may hold, and when there is none."""

from dataclasses import replace
from datetime import date

import pytest

from cashpilot.core.refusals import Refused
from evaluation.queries import release_building
from evaluation.queries.released_columns import EXACT, PERSON_COLUMNS, RESEARCHER, NotDeclaredSafe
from evaluation.queries.releases import source_of
from participants.models import Enrolment, Participant
from tests.evaluation.release_world import (
    a_request,
    a_studied_pilot,
    adults_of,
    consent,
    package_of,
    rows_in,
)
from tests.factories import NOON, with_a_waiting_arm

pytestmark = pytest.mark.django_db


def test_a_file_with_a_column_nobody_declared_is_refused():
    pilot = a_studied_pilot()
    made, columns = release_building.make(pilot), source_of(pilot).columns

    with pytest.raises(Refused, match="declared columns"):
        release_building.measured(made.csv, columns[:-1], RESEARCHER)


def test_a_file_in_which_somebody_stands_out_is_refused_by_its_own_bytes():
    pilot = a_studied_pilot()
    made, columns = release_building.make(pilot), source_of(pilot).columns
    lines = made.csv.split(b"\n")
    cells = lines[1].split(b",")
    lines[1] = b",".join([*cells[:2], b"65+", b"1999 Q1", *cells[4:]])

    with pytest.raises(release_building.NotAlikeEnough, match="Nothing was released"):
        release_building.measured(b"\n".join(lines), columns, RESEARCHER)


@pytest.mark.parametrize("column", ["participant__name", "participant__email", "code", "public_id"])
def test_a_private_column_cannot_be_declared_to_leave_as_it_is(column):
    pilot = a_studied_pilot(60)
    leak = replace(PERSON_COLUMNS[1], name="extra", reads=(column,), rule=EXACT)

    with pytest.raises(NotDeclaredSafe, match="Declare a rule that coarsens it"):
        source_of(pilot, (*PERSON_COLUMNS, leak))


def test_nobody_is_in_it_without_both_consents_nor_twice_nor_as_a_child():
    pilot = a_studied_pilot()
    child = pilot.enrolments.exclude(participant__date_of_birth=None).last().participant
    Participant.objects.filter(pk=child.pk).update(date_of_birth=date(2012, 5, 1))
    adults = adults_of(pilot)
    consent(adults[0], "reuse", "withdrawn")
    consent(adults[1], "research", "withdrawn")
    again = adults[2]
    Enrolment.objects.filter(pk=again.pk).update(state="ended")
    second = Enrolment.objects.create(
        pilot=pilot,
        participant=again.participant,
        arm=again.arm,
        is_paid=again.is_paid,
        enrolled_on=again.enrolled_on.replace(year=2027),
        state_changed_at=NOON,
    )
    consent(second, "research")
    consent(second, "reuse")

    rows = rows_in(package_of(pilot))

    assert len(adults) == 79
    assert len(rows) == len(adults) - 2


def test_fewer_than_fifty_people_are_refused_with_what_to_do_instead():
    pilot = a_studied_pilot(45)

    with pytest.raises(release_building.TooFewPeople, match="Ask for tables instead") as no:
        a_request(pilot)

    assert "45" not in str(no.value)


def test_people_who_cannot_be_made_alike_are_refused_with_what_to_do_instead():
    pilot = a_studied_pilot(60)
    lone = with_a_waiting_arm(pilot, "waiting").arms.get(code="waiting")
    person = next(one for one in adults_of(pilot) if not one.is_paid)
    Enrolment.objects.filter(pk=person.pk).update(arm=lone)

    with pytest.raises(release_building.NotAlikeEnough, match="Ask for tables instead"):
        a_request(pilot)
