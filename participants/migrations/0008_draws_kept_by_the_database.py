from django.db import migrations

from cashpilot.core.database import AppendOnly, Guard, refuse_change_of, refuse_if

THE_DRAW_IS_NOT_OPEN = """NOT EXISTS (
    SELECT 1 FROM participants_draw d WHERE d.id = {row}.draw_id AND d.state = 'committed'
)"""
THE_LIST_IS_CLOSED_OR_THE_ARM_ANOTHERS = """NOT EXISTS (
    SELECT 1 FROM participants_entrant e JOIN participants_draw d ON d.id = e.draw_id
    WHERE e.id = NEW.entrant_id AND d.state = 'committed' AND (NEW.arm_id IS NULL OR EXISTS (
        SELECT 1 FROM participants_arm a WHERE a.id = NEW.arm_id AND a.pilot_id = d.pilot_id
    ))
)"""
SOMEBODY_IS_ENROLLED = """EXISTS (
    SELECT 1 FROM participants_enrolment e WHERE e.pilot_id = NEW.pilot_id
)"""
THE_LOT_GAVE_NO_SUCH_ARM = """EXISTS (
    SELECT 1 FROM participants_draw d
    WHERE d.pilot_id = NEW.pilot_id AND d.state <> 'withdrawn'
) AND NOT EXISTS (
    SELECT 1 FROM participants_allotment a
    JOIN participants_entrant e ON e.id = a.entrant_id JOIN participants_draw d ON d.id = e.draw_id
    WHERE e.participant_id = NEW.participant_id AND d.pilot_id = NEW.pilot_id
      AND a.arm_id = NEW.arm_id
)"""
SOMEBODY_HAS_NO_OUTCOME = """NEW.state = 'held' AND EXISTS (
    SELECT 1 FROM participants_entrant e LEFT JOIN participants_allotment a ON a.entrant_id = e.id
    WHERE e.draw_id = NEW.id AND a.id IS NULL
)"""
SOMEBODY_IS_ON_THE_LIST = """NEW.state = 'withdrawn' AND EXISTS (
    SELECT 1 FROM participants_entrant e WHERE e.draw_id = NEW.id
)"""
COMMITTED = (
    "public_id",
    "pilot_id",
    "design",
    "commitment",
    "sealed_seed",
    "committed_by",
    "committed_at",
)
LISTED = (  # all but who read the words to them, a name that erasure has to reach
    "public_id",
    "draw_id",
    "participant_id",
    "code",
    '"group"',
    "consent_date",
    "how",
    "entered_by",
    "entered_at",
)


class Migration(migrations.Migration):
    dependencies = [("participants", "0007_draws")]
    operations = [
        Guard(
            "a_commitment_comes_before_anybody",
            "participants_draw",
            "BEFORE INSERT",
            refuse_if(SOMEBODY_IS_ENROLLED, "a draw is committed to before anybody is enrolled"),
        ),
        Guard(
            "a_draw_is_held_once_and_as_committed",
            "participants_draw",
            "BEFORE UPDATE",
            refuse_if("OLD.state <> 'committed'", "this draw is over and stays as it was")
            + refuse_change_of(*COMMITTED)
            + refuse_if(SOMEBODY_HAS_NO_OUTCOME, "somebody on the list has no outcome")
            + refuse_if(SOMEBODY_IS_ON_THE_LIST, "a draw with people on its list is held"),
        ),
        Guard(
            "a_draw_is_never_deleted",
            "participants_draw",
            "AFTER DELETE",
            refuse_if("TRUE", "a draw is never deleted"),
        ),
        Guard(
            "the_list_is_open_until_the_draw",
            "participants_entrant",
            "BEFORE INSERT",
            refuse_if(THE_DRAW_IS_NOT_OPEN.format(row="NEW"), "the list of this draw is closed"),
        ),
        Guard(
            "the_list_stays_as_it_was_drawn",
            "participants_entrant",
            "AFTER DELETE",
            refuse_if(THE_DRAW_IS_NOT_OPEN.format(row="OLD"), "the list of this draw is closed"),
        ),
        Guard(
            "an_entrant_is_written_once",
            "participants_entrant",
            "BEFORE UPDATE",
            refuse_change_of(*LISTED),
        ),
        AppendOnly("participants_allotment"),
        Guard(
            "outcomes_come_with_the_draw",
            "participants_allotment",
            "BEFORE INSERT",
            refuse_if(
                THE_LIST_IS_CLOSED_OR_THE_ARM_ANOTHERS,
                "outcomes are written when the draw is held, for arms of its pilot",
            ),
        ),
        Guard(
            "the_draw_alone_puts_people_into_arms",
            "participants_enrolment",
            "BEFORE INSERT OR UPDATE OF pilot_id, participant_id, arm_id",
            refuse_if(
                THE_LOT_GAVE_NO_SUCH_ARM,
                "in a pilot with a draw nobody comes into an arm but by it",
            ),
        ),
    ]
