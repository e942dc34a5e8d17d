from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models import Enrolment


class ResearchConsent(models.Model):
    """One decision of one person about one use of their answers; the latest counts.

    It lives here, where payments cannot see it: leaving the study changes no payment (ADR 3).
    """

    class Purpose(models.TextChoices):
        RESEARCH = "research", _("Answering surveys for the study")
        LINKAGE = "linkage", _("Linking records")
        REUSE = "reuse", _("Sharing anonymised answers")

    class Decision(models.TextChoices):
        GIVEN = "given", _("Agreed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose)
    decision = models.CharField(max_length=10, choices=Decision)
    text_version = models.PositiveSmallIntegerField(default=1)
    decided_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["enrolment", "purpose"], name="research_consent_of")]

    class Privacy:
        identifying: set[str] = set()
        linkable = {
            "id",
            "enrolment",
            "purpose",
            "decision",
            "text_version",
            "decided_on",
            "recorded_at",
            "recorded_by",
        }
        shareable: set[str] = set()

    def __str__(self) -> str:
        return f"{self.enrolment} {self.decision} {self.purpose}"
