from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models.people import Enrolment
from participants.rules import LONGEST


class Complaint(models.Model):
    """A problem or complaint of somebody who takes part, in whichever arm: theirs in their own
    words, with an owner and a day by which it is answered. It never changes a payment."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Something about a payment")
        STAFF = "staff", _("How somebody treated them")
        INFORMATION = "information", _("What we know or say about them")
        OTHER = "other", _("Something else")

    class How(models.TextChoices):
        OWN_PAGE = "own_page", _("On their own page")
        PHONE = "phone", _("By telephone")
        IN_PERSON = "in_person", _("In person")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        LOOKED_AT = "looked_at", _("Being looked at")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "cpl"), editable=False
    )
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="complaints")
    kind = models.CharField(max_length=12, choices=Kind)
    body = EncryptedTextField(max_length=LONGEST["body"])
    how = models.CharField(max_length=10, choices=How)
    about = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    state_changed_at = models.DateTimeField()
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="complaint_has_words"),
            models.CheckConstraint(
                condition=Q(about=None) | Q(owner=None) | ~Q(owner=F("about")),
                name="nobody_owns_a_complaint_about_themselves",
            ),
        ]

    class Privacy:
        identifying = {"body"}
        linkable = {
            "id",
            "public_id",
            "enrolment",
            "about",
            "owner",
            "due_on",
            "state_changed_at",
            "made_by",
            "made_at",
        }
        shareable = {"kind", "how", "state"}
        kept = "with the person"

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_about_staff(self) -> bool:
        """Whether only managers and safeguarding leads look into it, or who it was handed to."""
        return self.kind == self.Kind.STAFF or self.about_id is not None

    @property
    def waits_for_staff(self) -> bool:
        """Whether an answer is still to come."""
        return self.state in (self.State.OPEN, self.State.LOOKED_AT, self.State.REOPENED)


class ComplaintStep(models.Model):
    """What was done about a complaint, by whom and in which words. Append-only."""

    class What(models.TextChoices):
        TAKEN_UP = "taken_up", _("Taken up")
        HANDED_OVER = "handed_over", _("Handed to somebody else")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="steps")
    what = models.CharField(max_length=12, choices=What)
    words = EncryptedTextField(max_length=LONGEST["words"], blank=True, default="")
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Privacy:
        identifying = {"words"}
        linkable = {"id", "complaint", "made_by", "made_at"}
        shareable = {"what"}
        kept = "with the person"

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.what}"
