from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models import Consent, Enrolment, Pilot
from participants.rules import LONGEST


class Use(models.TextChoices):
    RESEARCH = "research", _("Answering surveys for the study")
    LINKAGE = "linkage", _("Linking records")
    REUSE = "reuse", _("Sharing anonymised answers")


class ResearchText(models.Model):
    """The words about one use of answers: one version, in one language, never changed."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "rtx"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=Use)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10, choices=settings.PARTICIPANT_LANGUAGES)
    body = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "purpose", "version", "language"],
                name="one_research_text_a_version",
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "public_id", "pilot", "published_at"}
        shareable = {"purpose", "version", "language", "body"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version} ({self.language})"


class ResearchConsent(models.Model):
    """One decision of one person about one use of their answers; the latest counts.

    It lives here, where payments cannot see it: leaving the study changes no payment (ADR 3).
    `text` is what they heard or read, where one was published; `how` is empty where nobody wrote
    down how they said so.
    """

    Purpose = Use

    class Decision(models.TextChoices):
        GIVEN = "given", _("Agreed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=Use)
    decision = models.CharField(max_length=10, choices=Decision)
    text_version = models.PositiveSmallIntegerField(default=1)
    text = models.ForeignKey(ResearchText, models.PROTECT, related_name="+", null=True)
    how = models.CharField(
        max_length=10, choices=Consent.How, blank=True, default="", db_default=""
    )
    read_by = EncryptedTextField(
        max_length=LONGEST["read_by"], blank=True, default="", db_default=""
    )
    decided_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["enrolment", "purpose"], name="research_consent_of")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(how="read-aloud") | ~Q(read_by=""),
                name="research_read_aloud_by_somebody",
            )
        ]

    class Privacy:
        identifying = {"read_by"}
        linkable = {
            "id",
            "enrolment",
            "purpose",
            "decision",
            "text",
            "text_version",
            "how",
            "decided_on",
            "recorded_at",
            "recorded_by",
        }
        shareable: set[str] = set()
        kept = "with the person"

    def __str__(self) -> str:
        return f"{self.enrolment} {self.decision} {self.purpose}"
