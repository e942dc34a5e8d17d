from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.models.awards import Fund
from payments.models.disbursements import Disbursement


class LedgerEntry(models.Model):
    """Money that moved from one account to another: balanced because it is one row.

    The database keeps the table append-only; a mistake is mended by a correcting entry.
    """

    class Account(models.TextChoices):
        FUNDER = "funder", _("The funder")
        FUNDS = "funds", _("The fund")
        PROVIDER = "provider", _("With the provider")
        PARTICIPANT = "participant", _("Received by participants")
        PROVIDER_FEES = "provider_fees", _("Kept by the provider as fees")
        CLAIMS = "claims", _("Paid for lost benefits")

    class Kind(models.TextChoices):
        FUNDING = "funding", _("Funding")
        DISBURSEMENT = "disbursement", _("Sent")
        ARRIVAL = "arrival", _("Arrived")
        RETURN = "return", _("Came back")
        REVERSAL = "reversal", _("Taken back")
        FEE = "fee", _("Fee")
        CORRECTION = "correction", _("Correction")
        CLAIM = "claim", _("Paid for a lost benefit")

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="ledger_entries")
    disbursement = models.ForeignKey(
        Disbursement, models.PROTECT, related_name="ledger_entries", null=True
    )
    kind = models.CharField(max_length=20, choices=Kind)
    from_account = models.CharField(max_length=20, choices=Account)
    to_account = models.CharField(max_length=20, choices=Account)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    provider_object = models.CharField(max_length=100)
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="entry_is_positive"),
            models.CheckConstraint(
                condition=~Q(from_account=F("to_account")), name="entry_moves_between_two"
            ),
            models.UniqueConstraint(
                fields=["disbursement", "kind", "provider_object"], name="each_movement_once"
            ),
            models.UniqueConstraint(
                fields=["fund", "kind", "provider_object"],
                condition=Q(disbursement=None),
                name="each_funding_once",
            ),
        ]
        indexes = [models.Index(fields=["fund", "posted_at"], name="ledger_by_fund")]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "fund", "disbursement", "provider_object", "posted_at"}
        shareable = {"kind", "from_account", "to_account", "amount_minor", "currency"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.from_account} → {self.to_account} {self.amount_minor} {self.currency}"
