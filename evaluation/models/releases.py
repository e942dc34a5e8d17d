from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_id
from participants.models import Pilot

SHA256_OF_CONTENT = Func(Func(F("content"), function="sha256"), Value("hex"), function="encode")


class Release(models.Model):
    """One anonymised dataset, asked for by one person and agreed to by another.

    `content` is the data file itself. The database keeps only the file whose SHA-256 was approved.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("Waiting for approval")
        APPROVED = "approved", _("Approved, being built")
        READY = "ready", _("Ready to download")
        REJECTED = "rejected", _("Not approved")
        REVOKED = "revoked", _("Called back")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "rel"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=500)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    requested_at = models.DateTimeField()
    dry_run_digest = models.CharField(max_length=64)
    dry_run = models.JSONField(default=dict)
    approved_on = models.DateField(null=True)
    content = models.BinaryField(null=True)
    manifest = models.JSONField(default=dict)
    note = models.CharField(max_length=300, default="", blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.SUBMITTED)
    state_changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")),
                name="release_approver_is_not_the_requester",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "ready"]) | Q(approved_by__isnull=False),
                name="release_built_only_when_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(content__isnull=False), name="ready_has_content"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(dry_run_digest=SHA256_OF_CONTENT),
                name="release_is_what_was_approved",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {
            "id",
            "public_id",
            "pilot",
            "requested_by",
            "approved_by",
            "requested_at",
            "approved_on",
            "dry_run",
            "dry_run_digest",
            "content",
            "state_changed_at",
            "purpose",
            "note",
        }
        shareable = {"manifest", "state"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return self.public_id
