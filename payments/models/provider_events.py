from django.db import models
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField


class ProviderEvent(models.Model):
    """What a provider told us: kept as it came, acted on once, by us and at our own pace."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        APPLIED = "applied", _("Applied")
        IGNORED = "ignored", _("Of no interest")
        REFUSED = "refused", _("Needs a person")

    public_id = models.CharField(max_length=100, unique=True)
    type = models.CharField(max_length=60)
    account = models.CharField(max_length=100, blank=True, default="")
    object_reference = models.CharField(max_length=100)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    body = EncryptedTextField(blank=True, default="")
    state = models.CharField(max_length=20, choices=State, default=State.RECEIVED)
    state_changed_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True, default="")
    looked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=models.Q(state="received"),
                name="provider_event_waiting",
            )
        ]

    class Privacy:
        identifying = {"body", "account"}
        linkable = {
            "id",
            "public_id",
            "object_reference",
            "happened_at",
            "received_at",
            "state_changed_at",
            "looked_at",
            "reason",
        }
        shareable = {"type", "state"}
        kept = "half a year"
        points = [
            ("account", "payments.Recipient.provider_account"),
            ("object_reference", "payments.Recipient.provider_account"),
            ("object_reference", "payments.Disbursement.provider_reference"),
        ]
        in_clear = {
            "account": (
                "the provider's random id of an account, searched for when "
                "the provider says something of it"
            ),
        }

    def __str__(self) -> str:
        return f"{self.public_id} ({self.type})"
