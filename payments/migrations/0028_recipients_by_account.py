from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Beside a running system: the index is built without holding anybody up."""

    atomic = False
    dependencies = [("payments", "0027_shared_destinations")]
    operations = [
        AddIndexConcurrently(
            "recipient",
            models.Index(
                fields=["bank_mark"],
                condition=~models.Q(bank_mark=""),
                name="recipients_by_account",
            ),
        ),
    ]
