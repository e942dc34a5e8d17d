from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from payments.models.disbursements import Disbursement
from payments.models.ledger import LedgerEntry


class FollowUp(models.Model):
    """What a member of staff did about a payment that needs a person; append-only."""

    class Kind(models.TextChoices):
        TOLD = "told", _("Told the person")
        DONE = "done", _("Did something")
        WAITING = "waiting", _("Waits for somebody")

    disbursement = models.ForeignKey(Disbursement, models.PROTECT, related_name="follow_ups")
    kind = models.CharField(max_length=10, choices=Kind)
    note = EncryptedTextField(max_length=500)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Privacy:
        identifying = {"note"}
        linkable = {"id", "disbursement", "made_by", "made_at"}
        shareable = {"kind"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.disbursement_id} {self.kind}"


class Correction(models.Model):
    """One person says that an entry is wrong, and why; another agrees, and the books mend it by
    an entry the other way round."""

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="correction")
    reason = EncryptedTextField(max_length=200)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("proposed_by")),
                name="correction_takes_two_people",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_says_why"),
        ]

    class Privacy:
        identifying = {"reason"}
        linkable = {
            "id",
            "entry",
            "proposed_by",
            "proposed_at",
            "agreed_by",
            "agreed_at",
        }
        shareable: set[str] = set()
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"correction of {self.entry_id}"
