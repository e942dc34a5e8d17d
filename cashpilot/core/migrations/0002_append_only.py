from django.db import migrations

from cashpilot.core.database import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [AppendOnly("core_auditevent"), AppendOnly("core_auditseal")]
