"""Pairs of people who may be one: a person decides, once and for all, and nothing by itself."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import IllegalMove, Invalid
from cashpilot.intake_journeys import link_the_same_person
from participants.models import Pair
from participants.operations.pairs import say_different, search
from participants.queries.pairs import open_pairs
from payments.models import Instalment
from tests.factories import BY, NOON, a_pilot, a_user, an_enrolment

pytestmark = pytest.mark.django_db
WHO = {"by": BY, "now": NOON}
BORN = date(1990, 5, 3)


@pytest.fixture
def pilot():
    """A pilot with Elizabeth, who is Liz, and Ben."""
    made = a_pilot(count=3)
    an_enrolment(made, name="Elizabeth Example", date_of_birth=BORN, code="E-1")
    an_enrolment(made, name="Liz Example", date_of_birth=BORN, code="L-1")
    an_enrolment(made, name="Ben Sample", date_of_birth=date(1970, 1, 9), code="B-1")
    return made


def test_people_who_may_be_one_are_found_with_score_and_reasons(pilot):
    assert search(pilot=pilot, **WHO) == 1

    pair = open_pairs(pilot, a_user()).get()
    assert (pair.first.code, pair.second.code) == ("E-1", "L-1")
    assert pair.reasons == ["short_name", "same_birth", "rare_name"]
    assert pair.score >= 65
    assert AuditEvent.objects.filter(verb="pairs.found", detail={"pairs": 1}).exists()
    assert pilot.enrolments.filter(state="active").count() == 3


def test_a_pair_said_to_be_two_people_is_never_shown_again(pilot):
    search(pilot=pilot, **WHO)

    say_different(pair=Pair.objects.get(), **WHO)

    assert search(pilot=pilot, anew=True, **WHO) == 0
    assert not open_pairs(pilot, a_user()).exists()


def test_only_who_came_in_since_is_looked_at_until_somebody_asks_for_everybody(pilot):
    search(pilot=pilot, **WHO)
    Pair.objects.all().delete()
    an_enrolment(pilot, name="Benjamin Sample", date_of_birth=date(1970, 9, 1), code="B-2")

    assert search(pilot=pilot, **WHO) == 1
    assert search(pilot=pilot, **WHO) == 0
    assert search(pilot=pilot, anew=True, **WHO) == 1


def test_nobody_of_another_pilot_is_in_a_pair(pilot):
    other = a_pilot(name="Harbour Cash Pilot")
    an_enrolment(other, name="Elizabeth Example", date_of_birth=BORN)

    search(pilot=other, **WHO)

    assert not other.pairs.exists()


def test_of_one_person_the_enrolment_that_somebody_chose_stays_and_the_other_is_owed_no_more(pilot):
    search(pilot=pilot, **WHO)
    pair = Pair.objects.get()

    link_the_same_person(pair=pair, kept=pair.second.public_id, **WHO)

    pair.refresh_from_db()
    states = dict(pilot.enrolments.values_list("code", "state"))
    owed = Instalment.objects.filter(state="planned")
    assert (pair.state, pair.kept.code) == ("same", "L-1")
    assert states == {"E-1": "ended", "L-1": "active", "B-1": "active"}
    assert set(owed.values_list("award__enrolment__code", flat=True)) == {"L-1", "B-1"}


def test_who_stays_has_to_be_one_of_the_two(pilot):
    search(pilot=pilot, **WHO)
    stranger = pilot.enrolments.get(code="B-1")

    with pytest.raises(Invalid, match="which of the two stays"):
        link_the_same_person(pair=Pair.objects.get(), kept=stranger.public_id, **WHO)

    assert Pair.objects.get().state == "open"
    assert not pilot.enrolments.exclude(state="active").exists()


def test_what_was_one_person_is_not_two_again(pilot):
    search(pilot=pilot, **WHO)
    pair = Pair.objects.get()
    link_the_same_person(pair=pair, kept=pair.first.public_id, **WHO)

    with pytest.raises(IllegalMove):
        say_different(pair=pair, **WHO)

    pair.refresh_from_db()
    assert pair.state == "same"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda p: {"first": p.second, "second": p.first}, "pair_in_order"),
        (lambda p: {"first": p.first, "second": p.second}, "one_pair_of_two"),
        (lambda p: {"first": p.first, "second": p.first}, "pair_in_order"),
    ],
)
def test_the_database_keeps_one_pair_of_two_people(pilot, change, constraint):
    search(pilot=pilot, **WHO)
    pair = Pair.objects.get()
    fields = {"pilot": pilot, "score": 70, "found_at": NOON, "state_changed_at": NOON}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Pair.objects.create(**fields, **change(pair))

    assert Pair.objects.count() == 1


def test_the_database_keeps_nobody_of_a_third_name(pilot):
    search(pilot=pilot, **WHO)
    stranger = pilot.enrolments.get(code="B-1")

    with (
        pytest.raises(IntegrityError, match="the_same_person_stays_once"),
        transaction.atomic(),
    ):
        Pair.objects.update(state="same", kept=stranger)

    assert Pair.objects.get().state == "open"
