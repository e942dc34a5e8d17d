from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cashpilot.core.encrypted_fields import EncryptedTextField
from cashpilot.core.ids import new_id
from participants.models import Enrolment


class Recipient(models.Model):
    """Where the provider sends one person's money. Bank details are the provider's, never ours.

    `bank_mark` is a keyed hash of the provider's own mark for the bank account: equal as long as
    the account is. After a change, nothing is paid before `payable_from`.
    """

    class Status(models.TextChoices):
        NEW = "new", _("No account yet")
        ACTION_NEEDED = "action_needed", _("Details are missing")
        PENDING = "pending", _("The provider is checking")
        READY = "ready", _("Ready")
        DISABLED = "disabled", _("Cannot be paid this way")

    public_id = models.CharField(
        max_length=30, unique=True, default=partial(new_id, "rcp"), editable=False
    )
    enrolment = models.OneToOneField(Enrolment, models.PROTECT, related_name="recipient")
    enrolment_is_paid = models.BooleanField(default=True)
    provider_account = models.CharField(max_length=100, unique=True, null=True)
    account_tail = EncryptedTextField(max_length=4, blank=True, default="")
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    reason = models.CharField(max_length=60, blank=True, default="")
    details_missing = models.PositiveSmallIntegerField(default=0)
    observed_at = models.DateTimeField(null=True)
    account_number = models.PositiveSmallIntegerField(default=1, db_default=1)
    due_at = models.DateTimeField(null=True)
    payee_name = EncryptedTextField(max_length=200, blank=True, default="", db_default="")
    bank_mark = models.CharField(max_length=64, blank=True, default="", db_default="")
    payable_from = models.DateTimeField(null=True)
    questioned_at = models.DateTimeField(null=True)
    last_edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["bank_mark"], condition=~Q(bank_mark=""), name="recipients_by_account"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(enrolment_is_paid=True), name="recipient_of_a_paid_enrolment"
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(provider_account__isnull=False),
                name="ready_means_an_account",
            ),
        ]

    class Privacy:
        identifying = {"provider_account", "account_tail", "payee_name", "bank_mark"}
        linkable = {
            "id",
            "public_id",
            "enrolment",
            "enrolment_is_paid",
            "observed_at",
            "reason",
            "details_missing",
            "status",
            "account_number",
            "due_at",
            "payable_from",
            "questioned_at",
            "last_edited_by",
        }
        shareable: set[str] = set()
        kept = "with the accounts"
        names = {"payee_name", "provider_account"}
        in_clear = {
            "provider_account": (
                "the provider's random id of an account, searched for when "
                "the provider says something of it"
            ),
            "bank_mark": "a keyed hash, of no use without its key",
        }

    def __str__(self) -> str:
        return f"{self.public_id} ({self.status})"


class DestinationChange(models.Model):
    """One change of where somebody's money goes, or what they said of it. Append-only."""

    class Kind(models.TextChoices):
        BANK = "bank", _("Another bank account at the provider")
        ACCOUNT = "account", _("Another account at the provider")
        QUESTIONED = "questioned", _("The person says it was not them")
        CONFIRMED = "confirmed", _("The person says it was them")

    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=12, choices=Kind)
    tail_before = EncryptedTextField(max_length=4, blank=True, default="")
    tail_after = EncryptedTextField(max_length=4, blank=True, default="")
    payable_from = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=40)
    seen_at = models.DateTimeField()

    class Privacy:
        identifying = {"tail_before", "tail_after"}
        linkable = {"id", "recipient", "payable_from", "seen_by", "seen_at"}
        shareable = {"kind"}
        kept = "with the accounts"

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.kind}"


class DestinationClearance(models.Model):
    """One person's word that money may go to a bank account that somebody else of the pilot is
    paid into as well. Append-only; it takes two people, and holds for this account only."""

    class Why(models.TextChoices):
        SHARED = "shared", _("They share the account, and both want it so")
        RECEIVES = "receives", _("One of them receives the money for the other")

    recipient = models.ForeignKey(Recipient, models.PROTECT, related_name="clearances")
    bank_mark = models.CharField(max_length=64)
    number = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=10, choices=Why)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    cleared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "bank_mark", "cleared_by"], name="one_word_a_person"
            ),
            models.UniqueConstraint(
                fields=["recipient", "bank_mark", "number"], name="first_and_second_word"
            ),
            models.CheckConstraint(
                condition=Q(number__in=[1, 2]) & ~Q(bank_mark=""), name="two_words_of_an_account"
            ),
        ]

    class Privacy:
        identifying = {"bank_mark"}
        linkable = {"id", "recipient", "cleared_by", "cleared_at"}
        shareable = {"number", "why"}
        kept = "with the accounts"
        in_clear = {"bank_mark": "a keyed mark of an account, which is compared and names nobody"}

    def __str__(self) -> str:
        return f"{self.recipient_id}: word {self.number}"
