from django.db import migrations

from cashpilot.core.database import Agrees, Guard, refuse_if

ALONE = "role IN ('researcher', 'auditor')"
OTHER_ROLES = """EXISTS (SELECT 1 FROM participants_membership AS other
    WHERE other.user_id = NEW.user_id AND other.pilot_id = NEW.pilot_id AND other.id <> NEW.id"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0018_sites_and_staff")]
    operations = [
        Guard(
            "roles_kept_apart",
            "participants_membership",
            "AFTER INSERT OR UPDATE",
            "PERFORM 1 FROM core_user WHERE id = NEW.user_id FOR NO KEY UPDATE;"
            + refuse_if(
                f"{OTHER_ROLES} AND (NEW.{ALONE} OR other.{ALONE}))",
                "a researcher or an auditor holds no other role in one pilot",
            )
            + refuse_if(
                f"{OTHER_ROLES} AND least(NEW.role, other.role) = 'approver'"
                " AND greatest(NEW.role, other.role) = 'preparer')",
                "nobody prepares and approves in one pilot",
            ),
        ),
        Guard(
            "a_pilot_keeps_a_manager",
            "participants_membership",
            "AFTER UPDATE OR DELETE",
            "IF OLD.role = 'manager' THEN"
            " PERFORM 1 FROM participants_pilot WHERE id = OLD.pilot_id FOR NO KEY UPDATE;"
            + refuse_if(
                "NOT EXISTS (SELECT 1 FROM participants_membership"
                " WHERE pilot_id = OLD.pilot_id AND role = 'manager')",
                "the last manager of a pilot cannot leave it",
            )
            + "END IF;",
        ),
        *(
            Agrees(
                f"{one}_is_at_a_site_of_its_pilot",
                f"participants_{one}",
                ["site_id", "pilot_id"],
                "participants_site",
                ["id", "pilot_id"],
            )
            for one in ("membership", "enrolment", "invitation", "application", "intake")
        ),
    ]
