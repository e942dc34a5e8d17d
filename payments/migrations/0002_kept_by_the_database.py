from django.db import migrations

from cashpilot.core.database import Agrees, AppendOnly

ENROLMENT = ("participants_enrolment", ["id", "is_paid"])


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_initial"),
        ("participants", "0002_kept_by_the_database"),
    ]
    operations = [
        Agrees(
            "only_a_paid_arm_has_terms",
            "payments_awardterms",
            ["arm_id", "pilot_id", "arm_is_paid"],
            "participants_arm",
            ["id", "pilot_id", "is_paid"],
        ),
        Agrees(
            "only_a_paid_enrolment_has_an_award",
            "payments_award",
            ["enrolment_id", "enrolment_is_paid"],
            *ENROLMENT,
        ),
        Agrees(
            "only_a_paid_enrolment_has_a_recipient",
            "payments_recipient",
            ["enrolment_id", "enrolment_is_paid"],
            *ENROLMENT,
        ),
        Agrees(
            "approval_knows_who_prepared",
            "payments_payrunapproval",
            ["pay_run_id", "prepared_by_id"],
            "payments_payrun",
            ["id", "prepared_by_id"],
        ),
        AppendOnly("payments_ledgerentry"),
        AppendOnly("payments_sendattempt"),
        AppendOnly("payments_payrunapproval"),
    ]
