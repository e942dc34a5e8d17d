from django.db import migrations, models


class Migration(migrations.Migration):
    """Beside a running system: the index is built without holding anybody up."""

    atomic = False
    dependencies = [("payments", "0013_thresholds_seen_coming")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="approvalthreshold",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("holds_until", None)),
                        fields=("pilot", "from_minor"),
                        name="one_threshold_an_amount",
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY one_threshold_an_amount"
                    " ON payments_approvalthreshold (pilot_id, from_minor)"
                    " WHERE holds_until IS NULL",
                    "DROP INDEX CONCURRENTLY one_threshold_an_amount",
                ),
            ],
        ),
    ]
