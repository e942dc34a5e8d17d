from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import (
    BlindIndexField,
    EncryptedDateField,
    EncryptedTextField,
)
from cashpilot.core.ids import new_code, new_id
from cashpilot.core.indexed import Indexed
from participants.models.designs import DesignVersion
from participants.models.pilots import Arm, Pilot, Site
from participants.rules import EARLIEST_BIRTH


class Participant(Indexed):
    """A person in a pilot: paid or not, in whichever arm. Who they are is sealed."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "par"), editable=False
    )
    name = EncryptedTextField(max_length=200, index="name_index")
    name_index = BlindIndexField(of="name", db_index=True)
    date_of_birth = EncryptedDateField(
        null=True, blank=True, earliest=EARLIEST_BIRTH, latest="created_at"
    )
    email = EncryptedTextField(max_length=254, blank=True, default="", index="email_index")
    email_index = BlindIndexField(of="email", db_index=True)
    phone = EncryptedTextField(max_length=30, blank=True, default="", index="phone_index")
    phone_index = BlindIndexField(of="phone", kind="phone", db_index=True)
    language = models.CharField(max_length=10, choices=settings.PARTICIPANT_LANGUAGES, default="en")
    created_at = models.DateTimeField()
    contact_stopped_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Privacy:
        identifying = {
            "name",
            "name_index",
            "date_of_birth",
            "email",
            "email_index",
            "phone",
            "phone_index",
        }
        linkable = {"id", "public_id", "created_at", "contact_stopped_at", "erased_at"}
        shareable = {"language"}
        kept = "with the person"
        names = {"name", "email", "phone"}
        in_clear = {
            "name_index": "a keyed hash, of no use without its key",
            "email_index": "a keyed hash, of no use without its key",
            "phone_index": "a keyed hash, of no use without its key",
        }

    def __str__(self) -> str:
        return self.public_id


class Enrolment(models.Model):
    """A participant's membership of a pilot, in one arm; it ends, the person does not.

    `is_paid` is a copy of the arm's, tied to it by the database (migration 0002): payments can
    only ever hang on an enrolment whose arm pays cash. `design` is the version of the design by
    which they came.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Taking part")
        ENDED = "ended", _("No longer taking part")
        UNDONE = "undone", _("Added by mistake, and taken back")

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
    design = models.ForeignKey(
        DesignVersion, models.PROTECT, related_name="enrolments", null=True, editable=False
    )

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
        shareable = {"arm", "is_paid", "enrolled_on", "state", "design"}
        kept = "with the person"

    def __str__(self) -> str:
        return self.public_id
