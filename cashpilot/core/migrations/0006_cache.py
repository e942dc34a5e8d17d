from django.db import migrations, models


class Migration(migrations.Migration):
    """Where rate limits and used codes are counted, so that every web server counts together.

    The cache itself reads and writes the table; it is no model of ours.
    """

    dependencies = [("core", "0005_seal_what_is_there")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.CreateModel(
                    name="CacheRow",
                    fields=[
                        ("cache_key", models.CharField(max_length=255, primary_key=True)),
                        ("value", models.TextField()),
                        ("expires", models.DateTimeField(db_index=True)),
                    ],
                    options={"db_table": "cashpilot_cache"},
                )
            ]
        )
    ]
