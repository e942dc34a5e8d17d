from django.db import migrations

from cashpilot.core.database import Agrees, AppendOnly, Guard, refuse_change_of, refuse_if

STATE = "(SELECT state FROM participants_pilot WHERE id = NEW.pilot_id)"
NEWEST = "(SELECT max(version) FROM participants_designversion WHERE pilot_id = NEW.pilot_id)"


class Migration(migrations.Migration):
    dependencies = [("participants", "0009_designs_and_applications")]
    operations = [
        AppendOnly("participants_designversion"),
        AppendOnly("participants_eligibilityversion"),
        Guard(
            "design_is_what_it_says",
            "participants_designversion",
            "BEFORE INSERT",
            refuse_if(
                "NEW.sha256 <> encode(sha256(convert_to(NEW.document, 'UTF8')), 'hex')",
                "the fingerprint is not that of the document",
            )
            + refuse_if(
                f"NEW.version <> coalesce({NEWEST}, 0) + 1", "versions of a design have no gaps"
            )
            + refuse_if(f"{STATE} <> 'launched'", "only a running pilot has a design"),
        ),
        Guard(
            "arm_is_as_the_design_says",
            "participants_arm",
            "BEFORE INSERT OR UPDATE",
            f"IF TG_OP = 'UPDATE' THEN {refuse_change_of('pilot_id', 'code', 'kind', 'is_paid')}"
            " END IF;"
            + refuse_if(
                f"({NEWEST} IS NULL AND {STATE} <> 'launched') OR ({NEWEST} IS NOT NULL AND NOT"
                " EXISTS (SELECT 1 FROM participants_designversion d,"
                " jsonb_array_elements(d.document::jsonb->'arms') one"
                f" WHERE d.pilot_id = NEW.pilot_id AND d.version = {NEWEST}"
                " AND one->>'code' = NEW.code AND one->>'name' = NEW.name"
                " AND one->>'kind' = NEW.kind AND (one->>'ratio')::int = NEW.ratio))",
                "an arm is as the newest version of the design says",
            ),
        ),
        Guard(
            "arm_stays",
            "participants_arm",
            "BEFORE DELETE",
            refuse_if("true", "an arm of a design is not taken away"),
        ),
        Guard(
            "pilot_is_fixed_at_launch",
            "participants_pilot",
            "BEFORE UPDATE",
            "IF OLD.state IN ('launched', 'closed') THEN "
            + refuse_change_of("public_id", "name", "currency", "nation", "time_zone")
            + refuse_if(
                "NEW.state NOT IN ('launched', 'closed')"
                " OR (OLD.state = 'closed' AND NEW.state <> 'closed')",
                "a launch is not taken back",
            )
            + "END IF;",
        ),
        Guard(
            "draft_is_locked_at_launch",
            "participants_pilotdraft",
            "BEFORE INSERT OR UPDATE",
            refuse_if(f"{STATE} IN ('launched', 'closed')", "the design is locked since the launch"),
        ),
        Guard(
            "draft_stays",
            "participants_pilotdraft",
            "BEFORE DELETE",
            refuse_if("true", "a draft is not taken away"),
        ),
        Guard(
            "only_a_running_pilot_takes_people",
            "participants_enrolment",
            "BEFORE INSERT",
            refuse_if(f"{STATE} <> 'launched'", "only a running pilot takes people in"),
        ),
        Guard(
            "enrolment_keeps_its_design",
            "participants_enrolment",
            "BEFORE UPDATE",
            f"IF OLD.design_id IS NOT NULL THEN {refuse_change_of('design_id')} END IF;",
        ),
        Agrees(
            "enrolment_agrees_with_its_design",
            "participants_enrolment",
            ["design_id", "pilot_id"],
            "participants_designversion",
            ["id", "pilot_id"],
        ),
        Agrees(
            "decision_agrees_with_its_application",
            "participants_applicationdecision",
            ["application_id", "pilot_id"],
            "participants_application",
            ["id", "pilot_id"],
        ),
        Agrees(
            "decision_agrees_with_its_questions",
            "participants_applicationdecision",
            ["questions_id", "pilot_id"],
            "participants_eligibilityversion",
            ["id", "pilot_id"],
        ),
        Guard(
            "application_becomes_one_enrolment",
            "participants_application",
            "BEFORE UPDATE",
            refuse_change_of("public_id", "pilot_id", "made_at")
            + f"IF OLD.enrolment_id IS NOT NULL THEN {refuse_change_of('enrolment_id')} END IF;"
            + refuse_if(
                "NEW.enrolment_id IS NOT NULL AND NEW.pilot_id IS DISTINCT FROM (SELECT pilot_id"
                " FROM participants_enrolment WHERE id = NEW.enrolment_id)",
                "an application leads into its own pilot",
            ),
        ),
        Guard(
            "decision_is_written_once",
            "participants_applicationdecision",
            "BEFORE UPDATE",
            refuse_change_of(
                *("application_id", "pilot_id", "number", "questions_id", "result", "missing"),
                *("why_again", "recorded_by", "recorded_at"),
            )
            + refuse_if(
                "(NEW.answers, NEW.reasons) IS DISTINCT FROM (OLD.answers, OLD.reasons) AND"
                " current_setting('cashpilot.personal_columns', true) IS DISTINCT FROM 'open'",
                "a decision is written once",
            ),
        ),
        Guard(
            "decision_stays",
            "participants_applicationdecision",
            "BEFORE DELETE",
            refuse_if("true", "a decision is not taken away"),
        ),
    ]
