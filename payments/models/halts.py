from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.ids import new_id
from payments.models.awards import Instalment


class Halt(models.Model):
    """While one is open nothing is sent, for any pilot; two people lift it.

    `known_until` is up to when our books are sure to be whole; `mark` is the number outside the
    database that they lag behind, where one was found.
    """

    class Reason(models.TextChoices):
        RESTORED = "restored", _("The database was restored from a backup")
        OLDER = "older", _("The database is older than what was sent from it")
        BY_A_PERSON = "by_a_person", _("A member of staff stopped all sending")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "hlt"), editable=False
    )
    reason = models.CharField(max_length=20, choices=Reason)
    known_until = models.DateTimeField()
    mark = models.BigIntegerField(default=0)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=40)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    agreed_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reason"], condition=Q(lifted_at=None), name="one_open_halt_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(
                    lifted_at__isnull=False,
                    lifted_by__isnull=False,
                    agreed_by__isnull=False,
                    agreed_at__isnull=False,
                )
                & ~Q(lifted_by=F("agreed_by")),
                name="a_halt_is_lifted_by_two",
            ),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {
            "id",
            "public_id",
            "known_until",
            "mark",
            "placed_at",
            "placed_by",
            "agreed_by",
            "agreed_at",
            "lifted_by",
            "lifted_at",
        }
        shareable = {"reason"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.public_id} ({self.reason})"


class ForgottenTransfer(models.Model):
    """Money that the provider moved for an instalment of ours, by a payment that a restored
    database no longer knows. Written once; the next payment of the instalment takes it as its own.
    """

    reference = models.CharField(max_length=100, unique=True)
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="forgotten_transfers")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    destination = models.CharField(max_length=100)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="forgotten_is_positive")
        ]

    class Privacy:
        identifying = {"destination"}
        linkable = {"id", "reference", "instalment", "found_at"}
        shareable = {"amount_minor", "currency"}
        kept = "with the accounts"
        in_clear = {
            "destination": (
                "the provider's random id of an account, searched for when "
                "the provider says something of it"
            ),
        }
        stays = {
            "destination": (
                "the approved list and its order are proved by it; the "
                "account behind it is closed at the provider"
            ),
        }

    def __str__(self) -> str:
        return self.reference
