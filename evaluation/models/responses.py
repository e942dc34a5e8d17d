from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models import Enrolment, Pilot


class Wave(models.Model):
    """A round of questions, the same for every arm."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    opens_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "number"], name="one_wave_per_number")
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot", "opens_on"}
        shareable = {"number", "name"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"Wave {self.number}: {self.name}"


class Response(models.Model):
    """One answer of one person to one item, at one wave. An item left out has no row."""

    class Mode(models.TextChoices):
        SELF = "self", _("By themselves")
        INTERVIEWER = "interviewer", _("With an interviewer")
        IMPORTED = "imported", _("From a file")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="+")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    item = models.CharField(max_length=60)
    value = models.SmallIntegerField()
    mode = models.CharField(max_length=12, choices=Mode)
    answered_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "wave", "instrument", "item"], name="one_response_an_item"
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "enrolment", "answered_on", "recorded_at"}
        shareable = {"wave", "instrument", "version", "item", "value", "mode"}
        kept = "with the person"

    def __str__(self) -> str:
        return f"{self.enrolment} wave {self.wave_id} {self.item}"
