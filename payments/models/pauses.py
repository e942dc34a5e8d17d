from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models.pay_runs import PayRun


class RunPause(models.Model):
    """A time in which nothing more of a run was sent, and why. What is on its way goes on."""

    class Reason(models.TextChoices):
        FUNDS = "funds", _("There is too little money at the provider")
        BUDGET = "budget", _("The fund's budget is too small")
        CREDENTIALS = "credentials", _("The provider refuses our key")
        UNCHECKED = "unchecked", _("The set-up has not passed its check-up this week")
        KEY_REUSED = "key_reused", _("An order was sent in two forms under one key")
        REPEATED = "repeated", _("The provider refuses one payment after another")
        BY_A_PERSON = "by_a_person", _("A person paused it")

    pay_run = models.ForeignKey(PayRun, models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=20, choices=Reason)
    detail = models.CharField(max_length=200, blank=True, default="")
    missing_minor = models.BigIntegerField(default=0)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=40)
    look_again_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pay_run"], condition=Q(lifted_at=None), name="one_open_pause_a_run"
            ),
            models.CheckConstraint(condition=Q(missing_minor__gte=0), name="missing_not_negative"),
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {
            "id",
            "pay_run",
            "detail",
            "placed_at",
            "placed_by",
            "look_again_at",
            "lifted_at",
            "lifted_by",
        }
        shareable = {"reason", "missing_minor"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.pay_run_id} paused: {self.reason}"


class Clearance(models.Model):
    """One person's word that a payment may go on, or be given up, after looking at the
    provider's own books. Append-only; where two are needed they are two people."""

    class Act(models.TextChoices):
        RELEASE = "release", _("It may be sent under a new key")
        GIVE_UP = "give_up", _("It was not sent; it is owed again")
        TAKE_BACK = "take_back", _("It went to the wrong place; take it back")

    disbursement = models.ForeignKey(
        "payments.Disbursement", models.PROTECT, related_name="clearances"
    )
    key_number = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=10, choices=Act)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["disbursement", "key_number", "act", "cleared_by"],
                name="one_clearance_a_person",
            )
        ]

    class Privacy:
        identifying: set[str] = set()
        linkable = {"id", "disbursement", "key_number", "cleared_by", "cleared_at"}
        shareable = {"act"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.disbursement_id} {self.act}"
