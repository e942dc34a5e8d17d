from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import (
    BlindIndexField,
    EncryptedDateField,
    EncryptedJsonField,
    EncryptedTextField,
)
from cashpilot.core.ids import new_id
from cashpilot.core.indexed import Indexed
from participants.models.designs import EligibilityVersion
from participants.models.people import Enrolment
from participants.models.pilots import Pilot, Site
from participants.rules import EARLIEST_BIRTH


class Application(Indexed):
    """Somebody asks to join a pilot. Who they are stands here; what they answered, and what came of
    it, stands in its decisions."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "app"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="applications")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="applications")
    name = EncryptedTextField(max_length=200, index="name_index")
    name_index = BlindIndexField(of="name", db_index=True)
    date_of_birth = EncryptedDateField(
        null=True, blank=True, earliest=EARLIEST_BIRTH, latest="made_at"
    )
    email = EncryptedTextField(max_length=254, blank=True, default="", index="email_index")
    email_index = BlindIndexField(of="email", db_index=True)
    phone = EncryptedTextField(max_length=30, blank=True, default="", index="phone_index")
    phone_index = BlindIndexField(of="phone", kind="phone", db_index=True)
    language = models.CharField(max_length=10, choices=settings.PARTICIPANT_LANGUAGES, default="en")
    made_at = models.DateTimeField()
    enrolment = models.OneToOneField(
        Enrolment, models.PROTECT, related_name="application", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "pilot"], name="application_with_its_pilot"),
        ]
        indexes = [models.Index(fields=["pilot", "made_at"], name="applications_by_pilot")]

    class Privacy:
        identifying = {"name", "date_of_birth", "email", "phone"}
        identifying |= {"name_index", "email_index", "phone_index"}
        linkable = {"id", "public_id", "pilot", "site", "made_at", "enrolment"}
        shareable = {"language"}
        kept = "with the person"
        names = {"name", "email", "phone"}
        in_clear = dict.fromkeys(
            ("name_index", "email_index", "phone_index"), "a keyed index, which names nobody"
        )

    def __str__(self) -> str:
        return self.public_id


class ApplicationDecision(models.Model):
    """What the answers of one application came to, under one version of the questions.

    Written once: a later decision stands beside it, with its reason. Only the answers and what
    follows from them may be emptied, where somebody asks to be forgotten.
    """

    class Result(models.TextChoices):
        ELIGIBLE = "eligible", _("Can join")
        NOT_ELIGIBLE = "not_eligible", _("Not this pilot")
        UNDECIDED = "undecided", _("Not decided yet")

    application = models.ForeignKey(Application, models.PROTECT, related_name="decisions")
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    questions = models.ForeignKey(EligibilityVersion, models.PROTECT, related_name="decisions")
    answers = EncryptedJsonField(default=dict)
    result = models.CharField(max_length=12, choices=Result)
    reasons = EncryptedJsonField(default=list)
    missing = models.JSONField(default=list)
    why_again = models.CharField(max_length=200, blank=True, default="")
    recorded_by = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="one_decision_per_number"
            ),
            models.CheckConstraint(
                condition=Q(result__in=["eligible", "not_eligible", "undecided"]),
                name="decision_result",
            ),
        ]

    class Privacy:
        identifying = {"answers", "reasons"}
        linkable = {
            "id",
            "application",
            "pilot",
            "missing",
            "why_again",
            "recorded_by",
            "recorded_at",
        }
        shareable = {"number", "questions", "result"}
        kept = "with the person"

    def __str__(self) -> str:
        return f"{self.application} no. {self.number}: {self.result}"
