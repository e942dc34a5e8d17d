from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Attestation(models.Model):
    """What no API shows, as somebody responsible says it is: who, when, with which reference."""

    class Kind(models.TextChoices):
        PLATFORM = "platform", _("Stripe has approved us for accounts with transfers alone")
        AGREEMENT = "agreement", _("The recipient agreement holds in the pilots' countries")
        TOP_UPS = "top_ups", _("We can top up the balance in the pilots' currencies")
        KEYS = "keys", _("The keys' permissions are the least that each role needs")

    kind = models.CharField(max_length=12, choices=Kind)
    reference = models.CharField(max_length=200)
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    attested_at = models.DateTimeField()

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "reference", "attested_by", "attested_at"}
        shareable = {"kind"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.kind}: {self.reference}"


class CheckUp(models.Model):
    """One look at how the provider is set up, and whether anything is missing."""

    mode = models.CharField(max_length=10)
    has_passed = models.BooleanField()
    findings = models.JSONField()
    made_at = models.DateTimeField()

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "made_at"}
        shareable = {"mode", "has_passed", "findings"}
        kept = "as machinery"

    def __str__(self) -> str:
        return f"{self.mode} {self.made_at:%Y-%m-%d}"
