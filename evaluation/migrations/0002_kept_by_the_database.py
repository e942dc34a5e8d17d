from django.db import migrations

from cashpilot.core.database import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("core", "0002_append_only")]
    operations = [AppendOnly("evaluation_researchconsent")]
