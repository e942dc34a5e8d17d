from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models import Pilot
from payments.models.disbursements import Disbursement


class Reconciliation(models.Model):
    """One comparison of the provider's objects with ours over a period, both ways."""

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "rec"), editable=False
    )
    since = models.DateTimeField()
    until = models.DateTimeField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=40)
    finished_at = models.DateTimeField(null=True)
    accounts = models.PositiveIntegerField(default=0)
    accounts_done = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "public_id", "started_at", "started_by", "finished_at"}
        shareable = {"since", "until", "accounts", "accounts_done", "matched", "found"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return self.public_id


class Difference(models.Model):
    """Something that stands in one set of books and not, or not so, in the other.

    The same difference is written once, however often it is found again; a person closes it.
    """

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here", _("The provider has a transfer that we do not know")
        MISSING_THERE = "missing_there", _("We have a transfer that the provider does not show")
        AMOUNT = "amount", _("The sum, the currency or the destination differs")
        DUPLICATE = "duplicate", _("A second transfer for one payment")
        REVERSED_THERE = "reversed_there", _("The provider has taken it back, and we have not")
        ARRIVAL_MISSING_HERE = "arrival_missing_here", _("It arrived, and we have not heard")
        ARRIVAL_MISSING_THERE = "arrival_missing_there", _("We show it as arrived; it did not")
        ARRIVAL_AMOUNT = "arrival_amount", _("Another sum arrived than we show")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Outcome(models.TextChoices):
        MENDED = "mended", _("Mended in our books")
        MENDED_THERE = "mended_there", _("Mended at the provider")
        EXPLAINED = "explained", _("Explained; nothing to mend")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "dif"), editable=False
    )
    kind = models.CharField(max_length=25, choices=Kind)
    reference = models.CharField(max_length=100)
    pilot = models.ForeignKey(Pilot, models.PROTECT, related_name="+", null=True)
    disbursement = models.ForeignKey(Disbursement, models.PROTECT, related_name="+", null=True)
    ours_minor = models.BigIntegerField(default=0)
    theirs_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    state_changed_at = models.DateTimeField()
    outcome = models.CharField(max_length=15, choices=Outcome, blank=True, default="")
    note = EncryptedTextField(max_length=500, blank=True, default="")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="one_difference_once"),
            models.CheckConstraint(
                condition=Q(state="open")
                | (~Q(outcome="") & ~Q(note="") & Q(closed_by__isnull=False)),
                name="closed_says_how_and_by_whom",
            ),
        ]

    class Privacy:
        identifying = {"note"}
        linkable = {
            "id",
            "public_id",
            "reference",
            "pilot",
            "disbursement",
            "first_seen_at",
            "last_seen_at",
            "state_changed_at",
            "closed_by",
        }
        shareable = {"kind", "ours_minor", "theirs_minor", "currency", "state", "outcome"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
