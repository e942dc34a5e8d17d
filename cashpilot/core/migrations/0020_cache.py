from django.db import migrations


class Migration(migrations.Migration):
    """Where rate limits and used codes are counted, so that every web server counts together."""

    dependencies = [("core", "0003_kept_answers")]
    operations = [
        migrations.RunSQL(
            """CREATE TABLE cashpilot_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX cashpilot_cache_expires ON cashpilot_cache (expires);""",
            "DROP TABLE cashpilot_cache;",
        )
    ]
