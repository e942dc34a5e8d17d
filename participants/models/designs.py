from django.db import models
from django.db.models import Q

from participants.models.pilots import Pilot


class PilotDraft(models.Model):
    """The set-up of a pilot that is not launched yet, as it was last kept; the database lets
    nobody touch it after the launch."""

    pilot = models.OneToOneField(Pilot, models.PROTECT, related_name="draft")
    plan = models.JSONField(default=dict)
    kept_at = models.DateTimeField()

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot", "kept_at"}
        shareable = {"plan"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"draft of {self.pilot}"


class DesignVersion(models.Model):
    """The whole design of a pilot as it stood from one moment on: written at launch and by each
    amendment, never changed.

    `document` is canonical JSON and `sha256` its fingerprint, which the database checks. What a
    draw needs stands in columns of its own as well.
    """

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="designs")
    version = models.PositiveSmallIntegerField()
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True, default="")
    strata = models.JSONField(default=list)
    cluster = models.CharField(max_length=30, blank=True, default="")
    has_waiting_list = models.BooleanField(default=False)
    has_not_in_study = models.BooleanField(default=False)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "version"], name="one_design_a_version"),
            models.UniqueConstraint(fields=["id", "pilot"], name="design_with_its_pilot"),
            models.CheckConstraint(
                condition=Q(version=1) | (Q(version__gt=1) & ~Q(reason="")),
                name="amendment_has_a_reason",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot", "reason", "made_by", "made_at"}
        shareable = {
            "version",
            "document",
            "sha256",
            "strata",
            "cluster",
            "has_waiting_list",
            "has_not_in_study",
        }
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"design {self.version} of {self.pilot}"


class EligibilityVersion(models.Model):
    """The questions and the rule of a pilot in one version; decisions keep the one they were made
    under."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="eligibility_versions")
    version = models.PositiveSmallIntegerField()
    document = models.TextField()
    reason = models.CharField(max_length=200, blank=True, default="")
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "version"], name="one_eligibility_a_version"),
            models.UniqueConstraint(fields=["id", "pilot"], name="eligibility_with_its_pilot"),
            models.CheckConstraint(
                condition=Q(version=1) | (Q(version__gt=1) & ~Q(reason="")),
                name="new_questions_have_a_reason",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot", "reason", "made_by", "made_at"}
        shareable = {"version", "document"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"questions {self.version} of {self.pilot}"
