from django.db import migrations

from cashpilot.core.database import Agrees, AppendOnly


class Migration(migrations.Migration):
    dependencies = [("participants", "0001_initial"), ("core", "0002_append_only")]
    operations = [
        Agrees(
            "enrolment_agrees_with_its_arm",
            "participants_enrolment",
            ["arm_id", "pilot_id", "is_paid"],
            "participants_arm",
            ["id", "pilot_id", "is_paid"],
        ),
        AppendOnly("participants_consent"),
        AppendOnly("participants_consenttext"),
    ]
