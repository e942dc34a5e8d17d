from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_code, new_id
from participants.models.pilots import Arm, Pilot, Site
from participants.rules import EARLIEST_BIRTH


class Participant(models.Model):
    """A person in a pilot: paid or not, in whichever arm."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "par"), editable=False
    )
    name = models.CharField(max_length=200)
    date_of_birth = models.DateField(null=True, blank=True)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    language = models.CharField(max_length=10, choices=settings.PARTICIPANT_LANGUAGES, default="en")
    created_at = models.DateTimeField()
    contact_stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(date_of_birth=None)
                | Q(date_of_birth__gte=EARLIEST_BIRTH, date_of_birth__lte=F("created_at")),
                name="birth_is_possible",
            )
        ]

    class Privacy:
        identifying = {"name", "date_of_birth", "email", "phone"}
        linkable = {"id", "public_id", "created_at", "contact_stopped_at"}
        shareable = {"language"}

    def __str__(self) -> str:
        return self.public_id


class Enrolment(models.Model):
    """A participant's membership of a pilot, in one arm; it ends, the person does not.

    `is_paid` is a copy of the arm's, tied to it by the database (migration 0002): payments can
    only ever hang on an enrolment whose arm pays cash.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Taking part")
        ENDED = "ended", _("No longer taking part")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "enr"), editable=False
    )
    code = models.CharField(max_length=20, default=new_code)
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="enrolments")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="enrolments")
    arm = models.ForeignKey(Arm, models.PROTECT, related_name="enrolments")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="enrolments")
    is_paid = models.BooleanField()
    enrolled_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    state_changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "participant"],
                condition=Q(state="active"),
                name="one_active_enrolment_a_pilot",
            ),
            models.UniqueConstraint(fields=["pilot", "code"], name="one_enrolment_per_code"),
            models.UniqueConstraint(fields=["id", "is_paid"], name="enrolment_with_is_paid"),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "public_id", "code", "pilot", "participant", "site", "state_changed_at"}
        shareable = {"arm", "is_paid", "enrolled_on", "state"}

    def __str__(self) -> str:
        return self.public_id
