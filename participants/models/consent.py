from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models.people import Enrolment
from participants.models.pilots import Pilot
from participants.rules import LONGEST


class ConsentText(models.Model):
    """The words a person agreed to: one version, in one language, never changed afterwards."""

    class Purpose(models.TextChoices):
        TAKE_PART = "take-part", _("Taking part in the pilot")
        CASH = "cash", _("Receiving the cash")
        CONTACT = "contact", _("Being contacted")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "txt"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="consent_texts")
    purpose = models.CharField(max_length=20, choices=Purpose)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10, choices=settings.PARTICIPANT_LANGUAGES)
    body = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "purpose", "version", "language"], name="one_text_a_version"
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "public_id", "pilot", "published_at"}
        shareable = {"purpose", "version", "language", "body"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version} ({self.language})"


class Consent(models.Model):
    """One decision of one person about one text: how it was given, and who read it to them. The
    latest decision counts; none is ever changed."""

    class Decision(models.TextChoices):
        GIVEN = "given", _("Agreed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class How(models.TextChoices):
        IN_PERSON = "in-person", _("In person")
        PHONE = "phone", _("By phone")
        PAPER = "paper", _("On paper")
        ONLINE = "online", _("On their own page")
        READ_ALOUD = "read-aloud", _("Read aloud by an interpreter")

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents")
    decision = models.CharField(max_length=10, choices=Decision)
    decided_on = models.DateField()
    how = models.CharField(max_length=10, choices=How)
    read_by = EncryptedTextField(
        max_length=LONGEST["read_by"], blank=True, default="", db_default=""
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(how="read-aloud") | ~Q(read_by=""), name="read_aloud_by_somebody"
            )
        ]

    class Privacy:
        identifying = {"read_by"}
        linkable = {"id", "enrolment", "decided_on", "recorded_at", "recorded_by"}
        shareable = {"text", "decision", "how"}
        kept = "with the person"

    def __str__(self) -> str:
        return f"{self.enrolment} {self.decision} {self.text}"
