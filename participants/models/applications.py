from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_id
from participants.models.designs import EligibilityVersion
from participants.models.people import Enrolment
from participants.models.pilots import Pilot


class Application(models.Model):
    """Somebody asks to join a pilot. Who they are stands here; what they answered, and what came of
    it, stands in its decisions."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "app"), editable=False
    )
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="applications")
    name = models.CharField(max_length=200)
    date_of_birth = models.DateField(null=True, blank=True)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
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
        linkable = {"id", "public_id", "pilot", "made_at", "enrolment"}
        shareable = {"language"}

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
    answers = models.JSONField(default=dict)
    result = models.CharField(max_length=12, choices=Result)
    reasons = models.JSONField(default=list)
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

    def __str__(self) -> str:
        return f"{self.application} no. {self.number}: {self.result}"
