from django.db import migrations

from cashpilot.core.rotation import seal_what_is_there


class Migration(migrations.Migration):
    """Some rows at a time; interrupted, it begins again where it stopped. There is no way back."""

    atomic = False
    dependencies = [("evaluation", "0004_sealed_readers")]
    operations = [migrations.RunPython(seal_what_is_there("evaluation"))]
