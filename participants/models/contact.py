from functools import partial
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_id
from participants.models.people import Participant
from participants.rules.safe_times import EVERY_DAY, SafeTimes


class SafeContact(models.Model):
    """How a person may be reached: by which way, at which times, and how discreetly. Append-only;
    the latest counts. It makes messages wait, never a payment."""

    class Way(models.TextChoices):
        EMAIL = "email", _("By email")
        TEXT = "text", _("By text")
        NEITHER = "neither", _("Neither: only on their page")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "sco"), editable=False
    )
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="safe_contacts")
    way = models.CharField(max_length=10, choices=Way, default=Way.EMAIL)
    days = models.CharField(max_length=7, default=EVERY_DAY)
    from_time = models.TimeField(null=True)
    until_time = models.TimeField(null=True)
    time_zone = models.CharField(max_length=40)
    is_discreet = models.BooleanField(default=False)
    set_by = models.CharField(max_length=40)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(days__regex=r"^1?2?3?4?5?6?7?$") & ~Q(days=""),
                name="safe_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(from_time=None, until_time=None)
                | Q(
                    from_time__isnull=False, until_time__isnull=False, until_time__gt=F("from_time")
                ),
                name="safe_hours_end_after_they_begin",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {
            "id",
            "public_id",
            "participant",
            "way",
            "days",
            "from_time",
            "until_time",
            "time_zone",
            "is_discreet",
            "set_by",
            "set_at",
        }
        shareable: set[str] = set()
        kept = "with the person"

    def __str__(self) -> str:
        return self.public_id

    @property
    def times(self) -> SafeTimes:
        """The days and hours, for the rules."""
        return SafeTimes(self.days, self.from_time, self.until_time)

    @property
    def zone(self) -> ZoneInfo:
        """The clock that the hours are told by."""
        return ZoneInfo(self.time_zone)
