from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0018_claims")]
    operations = [
        migrations.RunSQL(
            "UPDATE payments_disbursement SET first_sent_at = NULL"
            " WHERE state = 'queued' AND first_sent_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="disbursement",
            constraint=models.CheckConstraint(
                condition=~models.Q(state="queued") | models.Q(first_sent_at=None),
                name="queued_is_not_under_way",
            ),
        ),
    ]
