from functools import partial

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import (
    EncryptedBytesField,
    EncryptedJsonField,
    EncryptedTextField,
)
from cashpilot.core.ids import new_id
from participants.models.people import Enrolment
from participants.models.pilots import Pilot, Site


class Intake(models.Model):
    """A file of people on its way in: read, checked, decided on, added in one act, taken back.

    What it says of people is kept for as long as somebody has to decide, and no longer.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Its columns have to be matched")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked: somebody has to decide")
        ADDING = "adding", _("Being added")
        ADDED = "added", _("Added")
        UNDONE = "undone", _("Taken back")
        DROPPED = "dropped", _("Given up: nobody was added")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "int"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="intakes")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="intakes")
    file_name = EncryptedTextField(max_length=100)
    raw = EncryptedBytesField()
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    problems = EncryptedJsonField(default=list)
    alike = EncryptedJsonField(default=list)
    answers = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    refusal = models.CharField(max_length=300, blank=True, default="")
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    state_changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state__in=["checking", "adding"]), name="intakes_to_do"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(good__lte=F("rows")), name="no_more_good_than_rows"),
            models.CheckConstraint(
                condition=~Q(state__in=["undone", "dropped"]) | Q(raw="", problems="", alike=""),
                name="what_is_over_keeps_nobody",
            ),
        ]

    class Privacy:
        identifying = {"file_name", "raw", "problems", "alike"}
        linkable = {
            "id",
            "public_id",
            "pilot",
            "site",
            "headings",
            "columns",
            "answers",
            "refusal",
            "made_by",
            "made_at",
            "state_changed_at",
        }
        shareable = {"rows", "good", "done", "tries", "state"}
        kept = "until it is decided"

    def __str__(self) -> str:
        return self.public_id


class IntakePlace(models.Model):
    """Which row of which intake an enrolment came in by."""

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="places")
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="intake_place")
    row = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "row"], name="one_person_a_row")]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "intake", "enrolment", "row"}
        shareable: set[str] = set()
        kept = "with the person"

    def __str__(self) -> str:
        return f"{self.intake_id}, row {self.row}"


class HeadingMeaning(models.Model):
    """What a heading of this pilot's files means: one of our columns, or nothing that we take."""

    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="heading_meanings")
    heading = models.CharField(max_length=100)
    column = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "heading"], name="one_meaning_a_heading")
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "pilot"}
        shareable = {"heading", "column"}
        kept = "with the pilot"

    def __str__(self) -> str:
        return f"{self.heading}: {self.column or 'left out'}"
