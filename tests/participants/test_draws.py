"""A pilot's draw: committed to before anybody is listed, held once, and kept as it was."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from cashpilot.core.models import AuditEvent
from cashpilot.core.refusals import Invalid, Refused
from cashpilot.journeys import enrol_and_award, enrol_file_and_award, hold_draw_and_award
from participants.models import (
    Allotment,
    Consent,
    Draw,
    Enrolment,
    Entrant,
    Participant,
)
from participants.operations.draws import AlreadyHeld, commit_to_draw, withdraw_draw
from participants.operations.enrolment import FileRefused, end_enrolment
from participants.operations.entrants import enter, enter_file, take_off
from participants.queries.draws import balance_of, counts_of, document_of, draw_of, outcomes_of
from participants.rules.proof import digest_of, fault_in, outcomes_text
from payments.models import Award, Instalment
from tests.factories import a_pilot, an_enrolment, with_a_waiting_arm
from tests.participants.draw_world import (
    DESIGN,
    WHO,
    a_draw,
    a_held_draw,
    a_list,
    a_listed_draw,
)

pytestmark = pytest.mark.django_db
AMINA = {"name": "Amina Example", "consent_date": "2026-02-20", "site": "North", "band": "55+"}


def facts():
    models = (Draw, Entrant, Allotment, Participant, Enrolment, Award, Instalment, AuditEvent)
    return [list(model.objects.order_by("pk").values()) for model in models]


def attack(sql, *arguments):
    """Run SQL as somebody who goes round the code."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)


# Holding it


def test_everybody_on_the_list_has_an_outcome_and_the_arms_are_enrolled_and_promised():
    draw = a_held_draw(24)

    arms = Counter(Enrolment.objects.values_list("arm__code", flat=True))
    assert sum(arms.values()) == Allotment.objects.filter(kind="arm").count() == 24
    assert set(arms) == {"cash", "services"}
    assert set(Award.objects.values_list("enrolment__arm__code", flat=True)) == {"cash"}
    assert Award.objects.count() == arms["cash"]
    assert Consent.objects.filter(text__purpose="take-part", how="paper").count() == 24
    assert draw.state == "held"


def test_an_enrolment_is_in_the_arm_that_the_lot_gave_and_keeps_the_code():
    draw = a_held_draw(24)

    enrolled = {one.code: one.arm.code for one in Enrolment.objects.select_related("arm")}
    assert enrolled == {one.code: one.arm for one in outcomes_of(draw)}


def test_where_places_are_few_nobody_else_is_enrolled():
    draw = a_held_draw(24, places=12, waiting=5)

    kinds = Counter(Allotment.objects.values_list("kind", flat=True))
    assert kinds == {"arm": 12, "waiting": 5, "not_in_study": 7}
    assert Enrolment.objects.count() == 12
    waiting = Allotment.objects.filter(kind="waiting").order_by("position")
    assert list(waiting.values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    assert {len(counts) for _, counts in counts_of(draw)} == {4}


def test_what_was_held_can_be_drawn_again_from_its_document():
    draw = a_held_draw(24, places=12, waiting=5)

    said = document_of(draw)

    assert fault_in(said) == ""
    assert digest_of(said["roster"]) == draw.roster_digest
    assert digest_of(outcomes_text(outcomes_of(draw))) == draw.outcomes_digest


def test_households_are_drawn_together():
    draw = a_draw(strata=[], cluster="household")
    raw = a_list(30, columns=(), household=lambda n: f"House {n // 3}")
    enter_file(draw=draw, raw=raw, **WHO)

    hold_draw_and_award(draw=draw, **WHO)

    said = set(Allotment.objects.values_list("entrant__group__household", "arm__code"))
    assert len(said) == 10


def test_people_of_one_household_are_not_listed_in_two_groups():
    draw = a_draw(cluster="household")
    enter(draw=draw, person={**AMINA, "household": "House 1"}, **WHO)
    person = {**AMINA, "name": "Ben Example", "household": "House 1", "site": "South"}
    before = facts()

    with pytest.raises(Invalid, match="House 1"):
        enter(draw=draw, person=person, **WHO)

    assert facts() == before


def test_three_arms_are_drawn_in_their_ratios():
    pilot = with_a_waiting_arm(a_pilot())
    arms = [{"arm": "cash", "ratio": 2}, {"arm": "services", "ratio": 1}]
    arms.append({"arm": "later", "ratio": 1})

    a_held_draw(24, pilot, method="counted", blocks=[], arms=arms, strata=[])

    found = Counter(Enrolment.objects.values_list("arm__code", flat=True))
    assert found == {"cash": 12, "services": 6, "later": 6}


def test_a_budget_that_is_too_small_leaves_the_draw_unheld_and_the_seed_sealed():
    draw = a_listed_draw(24, a_pilot(budget_minor=36_000))
    before = facts()

    with pytest.raises(Refused, match="nobody was added"):
        hold_draw_and_award(draw=draw, **WHO)

    assert facts() == before
    assert Draw.objects.get().seed == ""


@pytest.mark.parametrize("people", [0, 1])
def test_a_list_shorter_than_the_arms_is_not_drawn(people):
    draw = a_listed_draw(people) if people else a_draw()
    before = facts()

    with pytest.raises(Refused, match="fewer to be drawn than arms"):
        hold_draw_and_award(draw=draw, **WHO)

    assert facts() == before


def test_another_key_does_not_open_the_seal_and_the_old_one_still_does(settings):
    draw = a_listed_draw(6)
    old, settings.PSEUDONYM_KEY = settings.PSEUDONYM_KEY, "another key " * 4
    before = facts()

    with pytest.raises(Refused, match="Put the old key back"):
        hold_draw_and_award(draw=draw, **WHO)

    assert facts() == before
    settings.PSEUDONYM_KEY = old
    assert len(hold_draw_and_award(draw=draw, **WHO)) == 6


# Once


def test_a_second_draw_of_the_same_list_is_refused():
    draw = a_held_draw()
    before = facts()

    with pytest.raises(AlreadyHeld, match="A second one is refused"):
        hold_draw_and_award(draw=draw, **WHO)

    assert facts() == before


def test_a_second_draw_of_the_pilot_is_refused():
    draw = a_listed_draw(6)
    before = facts()

    with pytest.raises(Refused, match="gets no second one"):
        commit_to_draw(pilot=draw.pilot, design=DESIGN, **WHO)

    assert facts() == before


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_hold_it_at_once_one_does():
    draw = a_listed_draw(12)

    def hold(_):
        try:
            return len(hold_draw_and_award(draw=draw, **WHO))
        except AlreadyHeld as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        got = list(pool.map(hold, range(20)))

    assert [one for one in got if one == 12] == [12]
    assert sum(isinstance(one, AlreadyHeld) for one in got) == 19
    assert Allotment.objects.count() == Enrolment.objects.count() == 12
    assert AuditEvent.objects.filter(verb="draw.held").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_commit_at_once_one_does():
    pilot = a_pilot()

    def commit(_):
        try:
            return commit_to_draw(pilot=pilot, design=DESIGN, **WHO)
        except Refused as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        got = list(pool.map(commit, range(20)))

    assert sum(isinstance(one, Draw) for one in got) == Draw.objects.count() == 1


SECOND = """INSERT INTO participants_draw (public_id, pilot_id, design, commitment, sealed_seed,
    committed_by, committed_at, state, state_changed_at, seed, roster_digest, outcomes_digest,
    reason)
    SELECT 'drw_second', pilot_id, design, commitment, sealed_seed, committed_by, committed_at,
    'committed', state_changed_at, '', '', '', '' FROM participants_draw"""
AGAIN = """INSERT INTO participants_allotment (entrant_id, kind)
    SELECT entrant_id, 'not_in_study' FROM participants_allotment LIMIT 1"""
ONE_MORE = """INSERT INTO participants_entrant (public_id, draw_id, participant_id, code, "group",
    consent_date, how, read_by, entered_by, entered_at)
    SELECT 'ent_more', d.id, p.id, 'MORE', '{}', '2026-02-20', 'paper', '', 'x', now()
    FROM participants_draw d, participants_participant p
    WHERE p.id = (SELECT max(id) FROM participants_participant)"""
ENROLLED = """INSERT INTO participants_enrolment (public_id, code, pilot_id, participant_id, arm_id,
    is_paid, enrolled_on, state, state_changed_at)
    SELECT 'enr_more', 'MORE', a.pilot_id, p.id, a.id, true, '2026-03-02', 'active', now()
    FROM participants_arm a, participants_participant p
    WHERE a.code = 'cash' AND p.id = (SELECT max(id) FROM participants_participant)"""


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (SECOND, "committed to before anybody"),
        (AGAIN, "outcomes are written when the draw is held"),
        (ONE_MORE, "the list of this draw is closed"),
        (ENROLLED, "nobody comes into an arm but by it"),
        ("UPDATE participants_allotment SET position = 1, kind = 'waiting'", "append-only"),
        ("DELETE FROM participants_allotment", "append-only"),
        ("UPDATE participants_entrant SET code = 'X' || id", "written once"),
        ("DELETE FROM participants_entrant", "the list of this draw is closed"),
        ("UPDATE participants_draw SET state = 'committed', seed = ''", "this draw is over"),
        ("UPDATE participants_draw SET seed = repeat('0', 64)", "this draw is over"),
        ("DELETE FROM participants_draw", "never deleted"),
        (
            "UPDATE participants_enrolment e SET arm_id = a.id, is_paid = a.is_paid"
            " FROM participants_arm a WHERE a.id <> e.arm_id",
            "nobody comes into an arm but by it",
        ),
    ],
)
def test_after_the_draw_the_database_keeps_it_as_it_was(sql, says):
    a_held_draw(8)
    Participant.objects.create(name="Zofia Example", created_at=WHO["now"])
    before = facts()

    with pytest.raises(IntegrityError, match=says):
        attack(sql)

    assert facts() == before


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (SECOND, "one_draw_a_pilot"),
        ("""UPDATE participants_draw SET design = '{}'""", "written once"),
        ("UPDATE participants_draw SET commitment = repeat('0', 64)", "written once"),
        ("UPDATE participants_draw SET sealed_seed = repeat('0', 64)", "written once"),
        ("UPDATE participants_draw SET seed = repeat('0', 64)", "open_once_it_was_held"),
        ("UPDATE participants_draw SET state = 'held'", "no outcome"),
        (
            "UPDATE participants_draw SET state = 'held', seed = repeat('0', 64)",
            "somebody on the list has no outcome",
        ),
        ("UPDATE participants_draw SET state = 'withdrawn', reason = 'x'", "is held"),
        ("DELETE FROM participants_draw", "never deleted"),
        (ENROLLED, "nobody comes into an arm but by it"),
    ],
)
def test_before_the_draw_the_database_keeps_what_was_committed_to(sql, says):
    a_listed_draw(8)
    Participant.objects.create(name="Zofia Example", created_at=WHO["now"])
    before = facts()

    with pytest.raises(IntegrityError, match=says):
        attack(sql)

    assert facts() == before


def test_a_commitment_without_a_list_is_not_deleted_either():
    a_draw()

    with pytest.raises(IntegrityError, match="never deleted"):
        attack("DELETE FROM participants_draw")

    assert Draw.objects.count() == 1


def test_nobody_comes_into_another_arm_than_the_lot_gave_even_before_they_are_enrolled():
    draw = a_held_draw(8, places=4, waiting=2)
    left_out = Allotment.objects.filter(kind="waiting").first().entrant.participant
    cash = draw.pilot.arms.get(code="cash")

    with pytest.raises(IntegrityError, match="nobody comes into an arm but by it"):
        Enrolment.objects.create(
            pilot=draw.pilot,
            participant=left_out,
            arm=cash,
            is_paid=True,
            enrolled_on="2026-03-02",
            state_changed_at=WHO["now"],
        )


def test_in_a_pilot_with_a_draw_nobody_is_enrolled_by_hand_or_by_file():
    draw = a_listed_draw(8)
    cash = draw.pilot.arms.get(code="cash")
    person = {"name": "Zofia Example", "consent_date": WHO["now"].date()}
    raw = b"name,arm,consent_date\nZofia Example,cash,2026-02-20\n"
    before = facts()

    with pytest.raises(Refused, match="by its draw"):
        enrol_and_award(pilot=draw.pilot, arm=cash, **person, **WHO)
    with pytest.raises(Refused, match="by its draw"):
        enrol_file_and_award(pilot=draw.pilot, raw=raw, **WHO)

    assert facts() == before


# Committing


def test_a_commitment_made_after_people_are_known_is_refused_in_code_and_database():
    enrolment = an_enrolment()
    before = facts()

    with pytest.raises(Refused, match="People are enrolled here already"):
        commit_to_draw(pilot=enrolment.pilot, design=DESIGN, **WHO)
    with (
        pytest.raises(IntegrityError, match="committed to before anybody is enrolled"),
        transaction.atomic(),
    ):
        Draw.objects.create(
            pilot=enrolment.pilot,
            design=DESIGN,
            commitment="0" * 64,
            sealed_seed="0" * 64,
            committed_by="x",
            committed_at=WHO["now"],
            state="committed",
            state_changed_at=WHO["now"],
        )

    assert facts() == before


def test_an_arm_that_the_pilot_lacks_is_refused():
    pilot = a_pilot()
    arms = [{"arm": "cash", "ratio": 1}, {"arm": "gold", "ratio": 1}]

    with pytest.raises(Invalid, match="no arm 'gold'"):
        commit_to_draw(pilot=pilot, design={**DESIGN, "arms": arms}, **WHO)

    assert not Draw.objects.exists()


def test_an_arm_of_another_pilot_is_refused_by_the_database():
    draw = a_listed_draw(4)
    there = a_pilot(name="Harbour Cash Pilot").arms.get(code="cash")

    with pytest.raises(IntegrityError, match="arms of its pilot"):
        Allotment.objects.create(entrant=draw.entrants.first(), kind="arm", arm=there)


def test_a_mistaken_commitment_is_taken_back_while_nobody_is_listed_and_another_made():
    draw = a_draw()

    withdraw_draw(draw=draw, reason="A site was missing", **WHO)
    again = a_draw(draw.pilot)

    assert draw_of(draw.pilot) == again
    assert again.commitment != draw.commitment
    assert AuditEvent.objects.filter(verb="draw.withdrawn").count() == 1


@pytest.mark.parametrize("reason", ["", " ", "x" * 501])
def test_a_commitment_is_taken_back_only_with_a_reason_that_fits(reason):
    draw = a_draw()

    with pytest.raises(Invalid):
        withdraw_draw(draw=draw, reason=reason, **WHO)

    assert Draw.objects.get().state == "committed"


def test_with_somebody_on_the_list_a_commitment_is_not_taken_back():
    draw = a_listed_draw(1)

    with pytest.raises(Refused, match="held as it was committed to"):
        withdraw_draw(draw=draw, reason="I changed my mind", **WHO)

    assert Draw.objects.get().state == "committed"


# The list


def test_a_person_is_put_on_the_list_and_taken_off_without_a_trace_of_who_they_were():
    draw = a_draw()
    entrant = enter(draw=draw, person=AMINA, **WHO)
    assert entrant.group == {"site": "North", "band": "55+"}

    take_off(entrant=entrant, **WHO)

    assert not Entrant.objects.exists()
    assert not Participant.objects.exists()
    assert "Amina" not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"site": "East"}, "site"),
        ({"site": ""}, "site"),
        ({"consent_date": "2026-03-03"}, "consent_date"),
        ({"consent_date": ""}, "consent_date"),
        ({"consent_date": "2026-02-30"}, "consent_date"),
        ({"date_of_birth": "1899-12-31"}, "date_of_birth"),
        ({"email": "amina"}, "email"),
        ({"language": "tlh"}, "language"),
        ({"code": "x" * 21}, "code"),
    ],
)
def test_a_person_who_cannot_be_listed_so_is_refused_by_column(change, field):
    draw = a_draw()
    before = facts()

    with pytest.raises(Invalid) as refused:
        enter(draw=draw, person={**AMINA, **change}, **WHO)

    assert refused.value.field == field
    assert facts() == before


@pytest.mark.parametrize(
    "also",
    [
        {},
        {"date_of_birth": "1992-02-29"},
        {"email": "amina@example.org"},
    ],
)
def test_nobody_has_two_chances(also):
    draw = a_draw()
    enter(draw=draw, person={**AMINA, **also}, **WHO)

    with pytest.raises(Invalid, match="on the list already"):
        enter(draw=draw, person={**AMINA, **also, "name": "AMINA  example"}, **WHO)

    assert Entrant.objects.count() == 1


def test_two_people_of_one_name_are_told_apart_by_birth_date_or_code():
    draw = a_draw()
    enter(draw=draw, person=AMINA, **WHO)

    enter(draw=draw, person={**AMINA, "date_of_birth": "1992-02-29"}, **WHO)
    enter(draw=draw, person={**AMINA, "code": "A-2"}, **WHO)

    assert Entrant.objects.count() == 3


def test_a_file_with_a_problem_lists_nobody_and_names_each_by_row_and_column():
    draw = a_draw()
    raw = (
        b"name,consent_date,site,band,code\n"
        b"Amina Example,2026-02-20,North,55+,A\n"
        b"Ben Example,2026-02-20,East,55+,B\n"
        b"Siobhan Example,2026-02-20,South,55+,A\n"
    )

    with pytest.raises(FileRefused) as refused:
        enter_file(draw=draw, raw=raw, **WHO)

    assert [(p.row, p.column) for p in refused.value.problems] == [(3, "site"), (4, "code")]
    assert not Participant.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"name,consent_date,site,band\n", b"\xff\xfe", b"name\nx\n"])
def test_a_file_without_people_is_refused(raw):
    draw = a_draw()

    with pytest.raises(FileRefused):
        enter_file(draw=draw, raw=raw, **WHO)

    assert not Entrant.objects.exists()


def test_after_the_draw_nobody_is_listed_or_taken_off():
    draw = a_held_draw(8)
    before = facts()

    with pytest.raises(Refused, match="This draw is over"):
        enter(draw=draw, person=AMINA, **WHO)
    with pytest.raises(Refused, match="This draw is over"):
        take_off(entrant=draw.entrants.first(), **WHO)

    assert facts() == before


# What is shown


def test_the_balance_is_of_strata_age_and_language_and_knows_no_significance():
    draw = a_held_draw(60)

    rows = balance_of(draw)

    assert {one.trait for one in rows} == {"site", "band", "age when drawn", "language"}
    assert all(set(one.standardised) == {"cash"} for one in rows)
    assert max(abs(one.standardised["cash"] or 0) for one in rows if one.trait == "site") < 0.25
    assert not [name for name in vars(rows[0]) if name == "p" or "significan" in name]


def test_a_withdrawal_after_the_draw_leaves_the_list_as_it_was():
    draw = a_held_draw(8)
    before = outcomes_of(draw)

    end_enrolment(enrolment=Enrolment.objects.first(), **WHO)

    assert outcomes_of(draw) == before
    assert fault_in(document_of(draw)) == ""
