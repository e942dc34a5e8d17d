from functools import partial

from django.db import models

from cashpilot.core.calendars import NATION_CHOICES
from cashpilot.core.ids import new_id
from participants.models.pilots import Pilot


class Signposts(models.Model):
    """Places that people of a pilot can turn to in one nation, in one version. Append-only; the
    newest version counts."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "sgp"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="signposts")
    nation = models.CharField(max_length=30, choices=NATION_CHOICES)
    version = models.PositiveSmallIntegerField()
    places = models.JSONField(default=list)
    published_by = models.CharField(max_length=40)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "nation", "version"], name="one_list_of_places_a_version"
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "public_id", "pilot", "published_by", "published_at"}
        shareable = {"nation", "version", "places"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"{self.nation} v{self.version}"
